/** `a * x + b * y + …`, element by element, summed in double precision. All arrays have one length. */
export function weightedSum(...terms: readonly (readonly [weight: number, values: Float32Array])[]): Float32Array {
  const sum = new Float64Array(terms[0]?.[1].length ?? 0);
  for (const [weight, values] of terms) {
    for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] ?? 0) + weight * (values[index] ?? 0);
  }
  return new Float32Array(sum);
}
