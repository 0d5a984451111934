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

/**
 * The same of `four`, whose component for -1 is the one that is always zero: 25 multiplications for each 4 cells of the small map instead of 36,
 * and kernels grow to 25 numbers.
 */
const twofoldFour: Transform = {
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

/** How a convolution is written with fewer multiplications. */
export interface WinogradForm {
  /** Cells that a tile of the result is high and wide. */
  readonly tile: 2 | 4;
  /** With several bands of rows, only one's components are in memory at once; a map must have that many rows of tiles. */
  readonly bands?: number;
  /** What height and width are surely multiples of: where tiles surely end with the map, nothing has to be cut off. */
  readonly evenTo?: number;
  /** `held`: turned once, when the network loads. `made`: by each run, for as long as the convolution lasts: worth it for big maps alone. */
  readonly kernels?: 'held' | 'made';
}

export interface WinogradInput {
  /** `[batch, inChannels, height, width]` */
  readonly value: Value;
  /** `[outChannels, inChannels, 3, 3]` */
  readonly kernel: WeightTensor;
  /** `[outChannels]` */
  readonly bias: WeightTensor;
}

/** Kernels that would grow to more than this by tiles of 4 take tiles of 2: of the larger the memory weighs more than the time. */
const mostGrownBytes = 88 * 2 ** 20;
/** Kernels that would grow to more than this even so stay as they are. SD 1.5's largest, of 2560 channels to 1280, grow to 200 MiB. */
const mostGrownByTwoBytes = 256 * 2 ** 20;
/** Turned kernels of more than this are read once for all pictures of a batch, whose data is put in order for that. */
const mostReadAnewBytes = 48 * 2 ** 20;

const bytesIn = ({ kernel }: Transform, [outChannels = 0, inChannels = 0]: readonly number[]): number =>
  kernel.length ** 2 * outChannels * inChannels * 4;

/** Whether a kernel `[outChannels, inChannels, 3, 3]` does not take too much memory by any tile. */
export const canBeTurned = (shape: readonly number[]): boolean => bytesIn(two, shape) <= mostGrownByTwoBytes;

/** A 3x3 convolution over a map padded by 1. */
export function winogradConv(graph: GraphBuilder, input: WinogradInput, form: WinogradForm): Value {
  return transformed(graph, input, form, takesFour(input, form) ? four : two, 1);
}

/** A 3x3 convolution over a map that was first made twice as high and wide, each cell repeated. `form` speaks of the small map, its tiles of the big one. */
export const winogradTwofoldConv = (graph: GraphBuilder, input: WinogradInput, form: WinogradForm): Value =>
  transformed(graph, input, form, takesFour(input, form) ? twofoldFour : twofold, 2);

const takesFour = ({ kernel }: WinogradInput, { tile, kernels }: WinogradForm): boolean =>
  tile === 4 && (kernels === 'made' || bytesIn(four, kernel.shape) <= mostGrownBytes);

/** `scale`: how many times as high and wide as the given map the result is. */
function transformed(
  graph: GraphBuilder,
  input: WinogradInput,
  { bands = 1, evenTo = 1, kernels = 'held' }: WinogradForm,
  transform: Transform,
  scale: number,
): Value {
  const whole = inBands(graph, input, { transform, kernels }, bands);
  if ((evenTo * scale) % transform.tile === 0) return withBias(graph, whole, input.bias);
  // The last tiles may reach past the map.
  const given = graph.node('Shape', [input.value], { start: 2 });
  const size = scale === 1 ? given : graph.node('Mul', [given, graph.integers([scale])]);
  const cut = graph.node('Slice', [whole, graph.integers([0, 0]), size, graph.integers([2, 3])]);
  return withBias(graph, cut, input.bias);
}

const withBias = (graph: GraphBuilder, value: Value, bias: WeightTensor): Value =>
  graph.node('Add', [value, graph.weight(bias, { dims: [bias.shape[0] ?? 0, 1, 1] })]);

interface Turning {
  readonly transform: Transform;
  readonly kernels: 'held' | 'made';
}

/** What turns the bands of one map. */
interface BandWriter {
  readonly graph: GraphBuilder;
  readonly transform: Transform;
  readonly kernels: TurnedKernels;
}

function inBands(
  graph: GraphBuilder,
  { value, kernel }: WinogradInput,
  { transform, kernels }: Turning,
  bands: number,
): Value {
  const writer: BandWriter = { graph, transform, kernels: turnedKernels(graph, kernel, { transform, kernels }) };
  const { padBefore, padAfter, stride, window } = transform;
  if (bands === 1) return bandOf(writer, { value, above: padBefore, below: padAfter });
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
    return bandOf(writer, { value: rows, above: isFirst ? padBefore : 0, below: isLast ? padAfter : 0 });
  });
  return graph.node('Concat', results, { axis: 2 });
}

interface Band {
  readonly value: Value;
  /** Rows of zeros around it. */
  readonly above: number;
  readonly below: number;
}

function bandOf(writer: BandWriter, { value, above, below }: Band): Value {
  const { graph, transform, kernels } = writer;
  const { window, stride, padBefore, padAfter } = transform;
  const count = transform.data.length ** 2;
  const rows = graph.node('Shape', [value], { start: 0, end: 1 });
  const size = graph.node('Shape', [value], { start: 2 });
  const ordered = kernels.areReadOnce ? graph.node('Transpose', [value], { perm: [1, 0, 2, 3] }) : value;
  // Each channel by itself, and all of them as the depth of one map: so the components come one after the other, as the products want
  // them. As pictures of their own they would have to be put in that order, each of them larger than the map.
  const deep = graph.node('Reshape', [ordered, graph.node('Concat', [graph.integers([1, 1, -1]), size], { axis: 0 })]);
  const dataKernel = graph.floats(inBothDirections(transform.data), [count, 1, 1, window, window]);
  const components = graph.node('Conv', [deep, dataKernel], {
    kernel_shape: [1, window, window],
    strides: [1, stride, stride],
    pads: [0, above, padBefore, 0, below, padAfter],
  });
  const columns = kernels.areReadOnce
    ? graph.integers([count, ...kernels.partDims, kernels.inChannels, -1])
    : graph.node(
        'Concat',
        [graph.integers([count]), rows, graph.integers([...kernels.partDims, kernels.inChannels, -1])],
        { axis: 0 },
      );
  const products = graph.node('MatMul', [kernels.value, graph.node('Reshape', [components, columns])]);
  return mapOf(writer, products, components, rows);
}

/**
 * The map that products `[components, ..., cells of all tiles]` stand for. In two steps, each of which moves one direction of a tile: the
 * runtime takes half as long for these, or less, as for one that moves both (DepthToSpace, or a Transpose of six dimensions).
 */
function mapOf({ graph, transform, kernels }: BandWriter, products: Value, components: Value, rows: Value): Value {
  const { tile } = transform;
  const count = transform.data.length ** 2;
  const cells = graph.node('MatMul', [
    graph.floats(inBothDirections(transform.result), [tile * tile, count]),
    graph.node('Reshape', [products, graph.integers([count, -1])]),
  ]);
  const size = graph.node('Mul', [graph.node('Shape', [components], { start: 3 }), graph.integers([tile])]);
  const width = graph.node('Slice', [size, graph.integers([1]), graph.integers([2])]);
  const byDirection = graph.node('Reshape', [cells, graph.integers([tile, tile, -1])]);
  const across = graph.node('Transpose', [byDirection], { perm: [0, 2, 1] });
  const lines = graph.node('Concat', [graph.integers([tile, -1]), width], { axis: 0 });
  const down = graph.node('Transpose', [graph.node('Reshape', [across, lines])], { perm: [1, 0, 2] });
  const maps = (leading: readonly Value[]) =>
    graph.node('Reshape', [down, graph.node('Concat', [...leading, size], { axis: 0 })]);
  if (!kernels.areReadOnce) return maps([rows, graph.integers([-1])]);
  return graph.node('Transpose', [maps([graph.integers([-1]), rows])], { perm: [1, 0, 2, 3] });
}

interface TurnedKernels {
  /**
   * `[components, 1 or 2, outChannels of each half, inChannels]`: threads share the products evenly when there is an even number of them.
   * For data of one picture after the other `[components, 1, ...]`.
   */
  readonly value: Value;
  /** What stands for the halves in the data that it is multiplied with. */
  readonly partDims: readonly number[];
  readonly inChannels: number;
  /** By all pictures of a batch together, whose data then lies channel by channel: else picture by picture. */
  readonly areReadOnce: boolean;
}

function turnedKernels(graph: GraphBuilder, kernel: WeightTensor, { transform, kernels }: Turning): TurnedKernels {
  const [outChannels = 0, inChannels = 0] = kernel.shape;
  const count = transform.kernel.length ** 2;
  const matrix = inBothDirections(transform.kernel);
  const areReadOnce = bytesIn(transform, kernel.shape) > mostReadAnewBytes;
  const parts = count % 2 === 1 && outChannels % 2 === 0 ? [2] : [];
  const rows = areReadOnce ? [] : [1];
  const dims = [count, ...rows, ...parts, outChannels / (parts[0] ?? 1), inChannels];
  const value = () => {
    if (kernels === 'held') return graph.turned(kernel, { matrix, columns: 9, dims });
    // As an input of the graph it is no constant, for which the runtime would turn it when it loads, and hold that.
    const planes = graph.turned(kernel, { matrix: identityOfNine, columns: 9, dims: [9, outChannels * inChannels] });
    return graph.node('Reshape', [
      graph.node('MatMul', [graph.floats(matrix, [count, 9]), planes]),
      graph.integers(dims),
    ]);
  };
  return { value: value(), partDims: parts.map(() => 1), inChannels, areReadOnce };
}

const identityOfNine = Array.from({ length: 81 }, (_, at) => (at % 10 === 0 ? 1 : 0));

/** The Kronecker product with itself: rows of the first direction, then of the second. */
function inBothDirections(rows: readonly (readonly number[])[]): number[] {
  return rows.flatMap((down) => rows.flatMap((across) => down.flatMap((a) => across.map((b) => a * b))));
}
