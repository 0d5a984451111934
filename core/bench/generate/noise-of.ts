import type { Tensor } from '../../diffusion/networks.ts';

/** Kept low between -1 and 1 and never twice the same, as noise is. */
export function noiseOf(dims: readonly number[]): Tensor {
  const size = dims.reduce((product, one) => product * one, 1);
  return { dims, data: Float32Array.from({ length: size }, (_, at) => Math.sin(at * 78.233) * Math.sqrt(2)) };
}
