/** `a * x + b * y + …`, element by element, summed in double precision. All arrays have one length. */
export function weightedSum(...terms: readonly (readonly [weight: number, values: Float32Array])[]): Float32Array {
  const sum = new Float32Array(terms[0]?.[1].length ?? 0);
  for (let index = 0; index < sum.length; index++) {
    let value = 0;
    for (const [weight, values] of terms) value += weight * (values[index] ?? 0);
    sum[index] = value;
  }
  return sum;
}
