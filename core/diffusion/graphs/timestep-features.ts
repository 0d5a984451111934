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
