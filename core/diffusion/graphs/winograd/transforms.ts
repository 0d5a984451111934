/**
 * Convolutions with fewer multiplications: Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural Networks". Data and kernels are
 * turned into a form where a convolution is one product of matrices for each of a few components, and the result is turned back.
 */
export interface Transform {
  /** Cells that one tile of the result is high and wide. */
  readonly tile: number;
  /** Cells of the data that one tile of the result depends on, in one direction; from tile to tile; before the first. */
  readonly window: number;
  readonly stride: number;
  readonly padBefore: number;
  readonly padAfter: number;
  /** In one direction: components of the data, of the kernel, and the cells of the result, each a row. */
  readonly data: readonly (readonly number[])[];
  readonly kernel: readonly (readonly number[])[];
  readonly result: readonly (readonly number[])[];
}

/** Tiles of 2 x 2 take 16 multiplications instead of 36, and kernels grow to 16 numbers from 9. */
export const two: Transform = {
  tile: 2,
  window: 4,
  stride: 2,
  padBefore: 1,
  padAfter: 2,
  data: [
    [1, 0, -1, 0],
    [0, 1, 1, 0],
    [0, -1, 1, 0],
    [0, 1, 0, -1],
  ],
  kernel: [
    [1, 0, 0],
    [1 / 2, 1 / 2, 1 / 2],
    [1 / 2, -1 / 2, 1 / 2],
    [0, 0, 1],
  ],
  result: [
    [1, 1, 1, 0],
    [0, 1, -1, -1],
  ],
};

/** Tiles of 4 x 4 take 36 instead of 144, and kernels grow to 36 numbers from 9. */
export const four: Transform = {
  tile: 4,
  window: 6,
  stride: 4,
  padBefore: 1,
  padAfter: 4,
  data: [
    [4, 0, -5, 0, 1, 0],
    [0, -4, -4, 1, 1, 0],
    [0, 4, -4, -1, 1, 0],
    [0, -2, -1, 2, 1, 0],
    [0, 2, -1, -2, 1, 0],
    [0, 4, 0, -5, 0, 1],
  ],
  kernel: [
    [1 / 4, 0, 0],
    [-1 / 6, -1 / 6, -1 / 6],
    [-1 / 6, 1 / 6, -1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, -1 / 12, 1 / 6],
    [0, 0, 1],
  ],
  result: [
    [1, 1, 1, 1, 1, 0],
    [0, 1, -1, 2, -2, 0],
    [0, 1, 1, 4, 4, 0],
    [0, 1, -1, 8, -8, 1],
  ],
};

/**
 * Of a map that was made twice as high and wide by repeating each cell, `two` has a component that is always zero. Without it: 9
 * multiplications instead of 36 for each cell of the small map, kernels stay at 9 numbers, and the big map is never made.
 */
export const twofold: Transform = {
  tile: 2,
  window: 3,
  stride: 1,
  padBefore: 1,
  padAfter: 1,
  data: [
    [1, -1, 0],
    [0, 1, 0],
    [0, 1, -1],
  ],
  kernel: [
    [1, 0, 0],
    [1, 1, 1],
    [0, 0, 1],
  ],
  result: [
    [1, 1, 0],
    [0, 1, -1],
  ],
};

/**
 * The same of `four`, whose component for -1 is the one that is always zero: 25 multiplications for each 4 cells of the small map instead of 36,
 * and kernels grow to 25 numbers.
 */
export const twofoldFour: Transform = {
  tile: 4,
  window: 4,
  stride: 2,
  padBefore: 1,
  padAfter: 2,
  data: [
    [4, -5, 1, 0],
    [0, -8, 2, 0],
    [0, -3, 3, 0],
    [0, 1, -1, 0],
    [0, 4, -5, 1],
  ],
  kernel: four.kernel.filter((_, component) => component !== 2),
  result: four.result.map((row) => row.filter((_, component) => component !== 2)),
};

/** Components of a tile, in both directions. */
export const componentsOf = ({ data }: Transform): number => data.length ** 2;

/** The Kronecker product with itself: rows of the first direction, then of the second. */
export function inBothDirections(rows: readonly (readonly number[])[]): number[] {
  return rows.flatMap((down) => rows.flatMap((across) => down.flatMap((a) => across.map((b) => a * b))));
}
