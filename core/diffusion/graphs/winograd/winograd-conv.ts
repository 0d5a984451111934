import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';
import type { WeightTensor } from '../../weights/weight-source.ts';
import { componentsOf, four, inBothDirections, type Transform, two, twofold, twofoldFour } from './transforms.ts';
import { type KernelForm, type TurnedKernels, takesFour, turnedKernels } from './turned-kernels.ts';

/** How a convolution is written with fewer multiplications. */
export interface WinogradForm {
  /** Cells that a tile of the result is high and wide. */
  readonly tile: 2 | 4;
  /** With several bands of rows, only one's components are in memory at once; a map must have that many rows of tiles. */
  readonly bands?: number;
  /** What height and width are surely multiples of: where tiles surely end with the map, nothing has to be cut off. */
  readonly evenTo?: number;
  /** `held` where this says nothing. */
  readonly kernels?: KernelForm;
}

export interface WinogradInput {
  /** `[batch, inChannels, height, width]` */
  readonly value: Value;
  /** `[outChannels, inChannels, 3, 3]` */
  readonly kernel: WeightTensor;
  /** `[outChannels]` */
  readonly bias: WeightTensor;
}

/** A 3x3 convolution over a map padded by 1. */
export const winogradConv = (graph: GraphBuilder, input: WinogradInput, form: WinogradForm): Value =>
  transformed(graph, input, form, { 2: two, 4: four }, 1);

/** A 3x3 convolution over a map that was first made twice as high and wide, each cell repeated. `form` speaks of the small map, its tiles of the big one. */
export const winogradTwofoldConv = (graph: GraphBuilder, input: WinogradInput, form: WinogradForm): Value =>
  transformed(graph, input, form, { 2: twofold, 4: twofoldFour }, 2);

/** `scale`: how many times as high and wide as the given map the result is. */
function transformed(
  graph: GraphBuilder,
  { value, kernel, bias }: WinogradInput,
  { tile, bands = 1, evenTo = 1, kernels = 'held' }: WinogradForm,
  byTile: Readonly<Record<2 | 4, Transform>>,
  scale: number,
): Value {
  const transform = byTile[tile === 4 && takesFour(kernel.shape, kernels) ? 4 : 2];
  const writer = { graph, transform, kernels: turnedKernels(graph, kernel, transform, kernels) };
  const whole = inBands(writer, value, bands);
  if ((evenTo * scale) % transform.tile === 0) return withBias(graph, whole, bias);
  // The last tiles may reach past the map.
  const given = graph.node('Shape', [value], { start: 2 });
  const size = scale === 1 ? given : graph.node('Mul', [given, graph.integers([scale])]);
  return withBias(graph, graph.node('Slice', [whole, graph.integers([0, 0]), size, graph.integers([2, 3])]), bias);
}

const withBias = (graph: GraphBuilder, value: Value, bias: WeightTensor): Value =>
  graph.node('Add', [value, graph.weight(bias, { dims: [bias.shape[0] ?? 0, 1, 1] })]);

/** What turns the bands of one map. */
interface BandWriter {
  readonly graph: GraphBuilder;
  readonly transform: Transform;
  readonly kernels: TurnedKernels;
}

function inBands(writer: BandWriter, value: Value, bands: number): Value {
  const { graph, transform } = writer;
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
  const count = componentsOf(transform);
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
  const count = componentsOf(transform);
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
