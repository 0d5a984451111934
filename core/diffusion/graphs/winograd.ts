import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import type { WeightTensor } from '../weights/weight-source.ts';

/**
 * Convolutions with fewer multiplications: Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural Networks". Data and kernels are
 * turned into a form where a convolution is one product of matrices for each of a few components, and the result is turned back.
 */
interface Transform {
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
const two: Transform = {
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
const four: Transform = {
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
const twofold: Transform = {
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

/** Cells that a tile of the result is high and wide. */
export type WinogradTile = 2 | 4;

export interface WinogradInput {
  /** `[batch, inChannels, height, width]` */
  readonly value: Value;
  /** `[outChannels, inChannels, 3, 3]` */
  readonly kernel: WeightTensor;
  /** `[outChannels]` */
  readonly bias: WeightTensor;
}

/** Kernels that would grow to more than this by tiles of 4 take tiles of 2: of the larger the memory weighs more than the time. */
const mostGrownBytes = 64 * 2 ** 20;
/** Kernels that would grow to more than this even so stay as they are. SD 1.5's largest, of 2560 channels to 1280, grow to 200 MiB. */
const mostGrownByTwoBytes = 256 * 2 ** 20;

const bytesIn = ({ kernel }: Transform, [outChannels = 0, inChannels = 0]: readonly number[]): number =>
  kernel.length ** 2 * outChannels * inChannels * 4;

/** Whether a kernel `[outChannels, inChannels, 3, 3]` does not take too much memory by any tile. */
export const canBeTurned = (shape: readonly number[]): boolean => bytesIn(two, shape) <= mostGrownByTwoBytes;

/**
 * A 3x3 convolution over a map padded by 1. With several `bands` of rows, only one's components are in memory at once; a map must have that
 * many rows of tiles.
 */
export function winogradConv(graph: GraphBuilder, input: WinogradInput, tile: WinogradTile, bands = 1): Value {
  const isSmall = bytesIn(four, input.kernel.shape) <= mostGrownBytes;
  const whole = transformed(graph, input, tile === 4 && isSmall ? four : two, bands);
  // The last tiles may reach past the map.
  const size = graph.node('Shape', [input.value], { start: 2 });
  const cut = graph.node('Slice', [whole, graph.integers([0, 0]), size, graph.integers([2, 3])]);
  return withBias(graph, cut, input.bias);
}

/** A 3x3 convolution over a map that was first made twice as high and wide, each cell repeated. `bands` as there. */
export const winogradTwofoldConv = (graph: GraphBuilder, input: WinogradInput, bands = 1): Value =>
  withBias(graph, transformed(graph, input, twofold, bands), input.bias);

const withBias = (graph: GraphBuilder, value: Value, bias: WeightTensor): Value =>
  graph.node('Add', [value, graph.weight(bias, { dims: [bias.shape[0] ?? 0, 1, 1] })]);

function transformed(
  graph: GraphBuilder,
  { value, kernel }: WinogradInput,
  transform: Transform,
  bands: number,
): Value {
  const kernels = transformedKernel(graph, kernel, transform);
  const { padBefore, padAfter, stride, window } = transform;
  if (bands === 1) return bandOf(graph, value, kernels, { transform, kernel, above: padBefore, below: padAfter });
  const height = graph.node('Shape', [value], { start: 2, end: 3 });
  const tileRows = graph.node('Div', [
    graph.node('Add', [height, graph.integers([stride - 1])]),
    graph.integers([stride]),
  ]);
  /** Where the band begins, and the one before it ends, `shift` rows further down. */
  const rowAt = (band: number, shift: number) => {
    const tile = graph.node('Div', [graph.node('Mul', [tileRows, graph.integers([band])]), graph.integers([bands])]);
    return graph.node('Add', [graph.node('Mul', [tile, graph.integers([stride])]), graph.integers([shift])]);
  };
  const results = Array.from({ length: bands }, (_, band) => {
    const [isFirst, isLast] = [band === 0, band === bands - 1];
    const rows = graph.node('Slice', [
      value,
      isFirst ? graph.integers([0]) : rowAt(band, -padBefore),
      isLast ? height : rowAt(band + 1, window - stride - padBefore),
      graph.integers([2]),
    ]);
    return bandOf(graph, rows, kernels, {
      transform,
      kernel,
      above: isFirst ? padBefore : 0,
      below: isLast ? padAfter : 0,
    });
  });
  return graph.node('Concat', results, { axis: 2 });
}

interface Band {
  readonly transform: Transform;
  readonly kernel: WeightTensor;
  /** Rows of zeros around it. */
  readonly above: number;
  readonly below: number;
}

function bandOf(graph: GraphBuilder, value: Value, kernels: Value, { transform, kernel, above, below }: Band): Value {
  const { tile, window, stride, padBefore, padAfter } = transform;
  const [outChannels = 0, inChannels = 0] = kernel.shape;
  const count = transform.data.length ** 2;
  // Each channel by itself, and all of them as the depth of one map: so the components come one after the other, as the products want
  // them. As pictures of their own they would have to be put in that order, each of them larger than the map.
  const byChannel = graph.node('Transpose', [value], { perm: [1, 0, 2, 3] });
  const size = graph.node('Shape', [value], { start: 2 });
  const deep = graph.node('Reshape', [
    byChannel,
    graph.node('Concat', [graph.integers([1, 1, -1]), size], { axis: 0 }),
  ]);
  const dataKernel = graph.floats(inBothDirections(transform.data), [count, 1, 1, window, window]);
  const components = graph.node('Conv', [deep, dataKernel], {
    kernel_shape: [1, window, window],
    strides: [1, stride, stride],
    pads: [0, above, padBefore, 0, below, padAfter],
  });
  const products = graph.node('MatMul', [
    kernels,
    graph.node('Reshape', [components, graph.integers([count, 1, inChannels, -1])]),
  ]);
  const cells = graph.node('MatMul', [
    graph.floats(inBothDirections(transform.result), [tile * tile, count]),
    graph.node('Reshape', [products, graph.integers([count, -1])]),
  ]);
  const tileCounts = graph.node('Shape', [components], { start: 3 });
  const shape = graph.node('Concat', [graph.integers([tile * tile * outChannels, -1]), tileCounts], { axis: 0 });
  const byPicture = graph.node('Transpose', [graph.node('Reshape', [cells, shape])], { perm: [1, 0, 2, 3] });
  return graph.node('DepthToSpace', [byPicture], { blocksize: tile });
}

/** `[components, 1 or 2, outChannels of each half, inChannels]`: threads share the products evenly when there is an even number of them. */
function transformedKernel(graph: GraphBuilder, kernel: WeightTensor, transform: Transform): Value {
  const [outChannels = 0, inChannels = 0] = kernel.shape;
  const count = transform.kernel.length ** 2;
  const parts = count % 2 === 1 && outChannels % 2 === 0 ? 2 : 1;
  return graph.turned(kernel, {
    matrix: inBothDirections(transform.kernel),
    columns: 9,
    dims: [count, parts, outChannels / parts, inChannels],
  });
}

/** The Kronecker product with itself: rows of the first direction, then of the second. */
function inBothDirections(rows: readonly (readonly number[])[]): number[] {
  return rows.flatMap((down) => rows.flatMap((across) => down.flatMap((a) => across.map((b) => a * b))));
}
