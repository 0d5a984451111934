/** A tensor as far as counting goes. */
export interface CountedTensor {
  /** `F16` in safetensors, `Q4_K` in GGUF, ... */
  readonly dtype: string;
  readonly shape: readonly number[];
}

const precisionNames: Readonly<Record<string, string>> = {
  F64: 'fp64',
  F32: 'fp32',
  F16: 'fp16',
  BF16: 'bf16',
  F8_E4M3: 'fp8',
  F8_E5M2: 'fp8',
  F4: 'fp4',
};

/** `fp32`, `fp16`, `bf16`, `fp8`, ... when nearly all parameters have it, else `mixed`; `unknown` when there are none. */
export function precisionOf(tensors: Iterable<CountedTensor>): string {
  const counts = new Map<string, number>();
  for (const { dtype, shape } of tensors) {
    const name = precisionNames[dtype];
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + valuesOf(shape));
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  // A few norms kept in fp32 don't make a half-precision network a mixed one.
  for (const [name, count] of counts) if (count > total * 0.95) return name;
  return counts.size === 0 ? 'unknown' : 'mixed';
}

/** How many numbers a network has learnt: tensors of whole numbers (positions, quantisation tables) don't count. */
export function parametersOf(tensors: Iterable<CountedTensor>): number {
  let count = 0;
  for (const { dtype, shape } of tensors) if (precisionNames[dtype] !== undefined) count += valuesOf(shape);
  return count;
}

export function valuesOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
