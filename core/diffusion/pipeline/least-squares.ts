/** So little that it changes no answer, and so much that there always is one. */
const ridge = 1e-6;

/** The factors that bring each row's weighted sum nearest to its target, by the normal equations. For a few unknowns. */
export function leastSquares(rows: readonly (readonly number[])[], targets: readonly number[]): readonly number[] {
  const size = rows[0]?.length ?? 0;
  const system = Array.from({ length: size }, (_, one) => [
    ...Array.from({ length: size }, (_, other) =>
      rows.reduce((sum, row) => sum + (row[one] ?? 0) * (row[other] ?? 0), one === other ? ridge : 0),
    ),
    rows.reduce((sum, row, at) => sum + (row[one] ?? 0) * (targets[at] ?? 0), 0),
  ]);
  // Gauss and Jordan's elimination; the matrix is positive definite, so that no pivot is 0.
  for (const [pivot, line] of system.entries()) {
    const divisor = line[pivot] ?? 1;
    for (let column = pivot; column <= size; column++) line[column] = (line[column] ?? 0) / divisor;
    for (const [other, target] of system.entries()) {
      const factor = target[pivot] ?? 0;
      if (other === pivot || factor === 0) continue;
      for (let column = pivot; column <= size; column++)
        target[column] = (target[column] ?? 0) - factor * (line[column] ?? 0);
    }
  }
  return system.map((line) => line[size] ?? 0);
}
