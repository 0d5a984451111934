import { type CastWeight, sizeOf } from '../weights/weight-source.ts';
import type { OnnxGraph } from './graph-builder.ts';
import { decodeModel, elementTypes, encodeModel, type ModelProto } from './model-proto.ts';

/** Of a network with fewer bytes to cast, as float32, the runtime casts all: it then packs them for its products as well. */
const leastBytes = 2 ** 26;
/** Smaller weights, biases for the most part, are left to the runtime, which may fold them into others. */
const leastFedNumbers = 2 ** 16;

/**
 * The same graph with its large casts of weights taken out: what they gave are inputs now, to be fed as float32. The runtime uses an input
 * where it lies; a weight that it casts itself it holds in five copies on the way, and once more in the form that its products like.
 */
export function withCastsFed(graph: OnnxGraph): OnnxGraph & { readonly fed: readonly CastWeight[] } {
  const bytesToCast = graph.casts.reduce((sum, { tensor }) => sum + 4 * sizeOf(tensor.shape), 0);
  if (bytesToCast < leastBytes) return { ...graph, fed: [] };
  const fed = graph.casts.filter(({ tensor }) => sizeOf(tensor.shape) >= leastFedNumbers);
  const values = new Set(fed.map(({ value }) => value));
  const model = decodeModel(graph.bytes) as unknown as ModelProto;
  const { input, ...whole } = model.graph;
  const node = whole.node.filter(({ output }) => !values.has(output[0] ?? ''));
  const used = new Set(node.flatMap((one) => one.input));
  const fedInputs = fed.map(({ value, tensor }) => ({
    name: value,
    type: {
      tensorType: {
        elemType: elementTypes.float32,
        shape: { dim: tensor.shape.map((dimValue) => ({ dimValue })) },
      },
    },
  }));
  const initializer = whole.initializer.filter(({ name }) => used.has(name));
  const bytes = encodeModel({ ...model, graph: { ...whole, node, initializer, input: [...input, ...fedInputs] } });
  return { ...graph, bytes, casts: graph.casts.filter(({ value }) => !values.has(value)), fed };
}
