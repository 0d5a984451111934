/**
 * A variation: `noise` turned towards `other` by `strength`, along the arc between them. Both are `[channels, h, w]`; each column of each
 * channel is a vector of its own, as it comes out when the widespread function for the purpose ("Help regarding slerp function for generative
 * model sampling", PyTorch forum) is given one picture's noise, which is what stable-diffusion-webui does.
 */
export function mixNoise(
  noise: Float32Array,
  other: Float32Array,
  strength: number,
  [, , height = 1, width = 1]: readonly number[],
): Float32Array {
  if (strength === 0) return noise;
  const mixed = new Float32Array(noise.length);
  for (let plane = 0; plane < noise.length; plane += height * width)
    for (let column = plane; column < plane + width; column++) {
      const [own, its] = weightsOf(noise, other, strength, { start: column, height, width });
      for (let row = 0; row < height; row++) {
        const at = column + row * width;
        mixed[at] = own * (noise[at] ?? 0) + its * (other[at] ?? 0);
      }
    }
  return mixed;
}

function weightsOf(
  noise: Float32Array,
  other: Float32Array,
  strength: number,
  { start, height, width }: { readonly start: number; readonly height: number; readonly width: number },
): readonly [number, number] {
  let [dot, ownSquare, itsSquare] = [0, 0, 0];
  for (let at = start; at < start + height * width; at += width) {
    const [own, its] = [noise[at] ?? 0, other[at] ?? 0];
    dot += own * its;
    ownSquare += own * own;
    itsSquare += its * its;
  }
  const cosine = dot / Math.sqrt(ownSquare * itsSquare);
  // Nearly one direction: the arc's own formula divides by nothing there.
  if (!(Math.abs(cosine) < 0.9995)) return [1 - strength, strength];
  const angle = Math.acos(cosine);
  return [Math.sin((1 - strength) * angle) / Math.sin(angle), Math.sin(strength * angle) / Math.sin(angle)];
}
