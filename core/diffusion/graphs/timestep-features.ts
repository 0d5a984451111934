/**
 * Features of the guidance scale, `size` values, as diffusers' `get_guidance_scale_embedding` makes them of `scale - 1`; source: the appendix of
 * Luo et al. 2023, "Latent Consistency Models".
 */
export function guidanceFeatures(scale: number, size: number): Float32Array {
  const half = Math.floor(size / 2);
  const features = new Float32Array(size);
  const step = Math.fround(Math.log(10_000) / (half - 1));
  for (let index = 0; index < half; index++) {
    const frequency = Math.fround(Math.exp(Math.fround(-step * index)));
    const angle = Math.fround(Math.fround(Math.fround(scale - 1) * 1000) * frequency);
    features[index] = Math.sin(angle);
    features[half + index] = Math.cos(angle);
  }
  return features;
}

/**
 * Sinusoidal features of a number: `size` values, rounded to float32 after every operation as diffusers' `get_timestep_embedding` does.
 * Made here and not in the graph because no provider but the CPU has `Sin` in the form that ONNX asks for.
 */
export function timestepFeatures(
  value: number,
  size: number,
  { flipSinToCos, frequencyShift }: { readonly flipSinToCos: boolean; readonly frequencyShift: number },
): Float32Array {
  const half = size / 2;
  const features = new Float32Array(size);
  for (let index = 0; index < half; index++) {
    const exponent = Math.fround(Math.fround(-Math.log(10_000) * index) / (half - frequencyShift));
    const angle = Math.fround(Math.fround(Math.exp(exponent)) * Math.fround(value));
    features[flipSinToCos ? half + index : index] = Math.sin(angle);
    features[flipSinToCos ? index : half + index] = Math.cos(angle);
  }
  return features;
}
