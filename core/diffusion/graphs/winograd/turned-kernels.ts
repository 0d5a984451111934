import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';
import type { WeightTensor } from '../../weights/weight-source.ts';
import { componentsOf, four, inBothDirections, type Transform, two } from './transforms.ts';

/** `held`: turned once, when the network loads. `made`: by each run, for as long as the convolution lasts: worth it for big maps alone. */
export type KernelForm = 'held' | 'made';

/** Kernels that would grow to more than this by tiles of 4 take tiles of 2: of the larger the memory weighs more than the time. */
const mostGrownBytes = 88 * 2 ** 20;
/** Kernels that would grow to more than this even so stay as they are. SD 1.5's largest, of 2560 channels to 1280, grow to 200 MiB. */
const mostGrownByTwoBytes = 256 * 2 ** 20;
/** Turned kernels of more than this are read once for all pictures of a batch, whose data is put in order for that. */
const mostReadAnewBytes = 48 * 2 ** 20;

const bytesIn = (transform: Transform, [outChannels = 0, inChannels = 0]: readonly number[]): number =>
  componentsOf(transform) * outChannels * inChannels * 4;

/** Whether a kernel `[outChannels, inChannels, 3, 3]` does not take too much memory by any tile. */
export const canBeTurned = (shape: readonly number[]): boolean => bytesIn(two, shape) <= mostGrownByTwoBytes;

/** Whether a kernel of that shape takes tiles of 4 where they are asked for. */
export const takesFour = (shape: readonly number[], form: KernelForm): boolean =>
  form === 'made' || bytesIn(four, shape) <= mostGrownBytes;

export interface TurnedKernels {
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

export function turnedKernels(
  graph: GraphBuilder,
  kernel: WeightTensor,
  transform: Transform,
  form: KernelForm,
): TurnedKernels {
  const [outChannels = 0, inChannels = 0] = kernel.shape;
  const count = componentsOf(transform);
  const matrix = inBothDirections(transform.kernel);
  const areReadOnce = bytesIn(transform, kernel.shape) > mostReadAnewBytes;
  const parts = count % 2 === 1 && outChannels % 2 === 0 ? [2] : [];
  const rows = areReadOnce ? [] : [1];
  const dims = [count, ...rows, ...parts, outChannels / (parts[0] ?? 1), inChannels];
  const value = () => {
    if (form === 'held') return graph.turned(kernel, { matrix, columns: 9, dims });
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
