import type { OnnxGraph } from './graph-builder.ts';
import {
  decodeModel,
  elementTypes,
  encodeModel,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from './model-proto.ts';

export type Precision = 'float32' | 'float16';

/** The graph as it is run in that precision. */
export const inPrecision = (graph: OnnxGraph, precision: Precision): OnnxGraph =>
  precision === 'float16' ? inHalfPrecision(graph) : graph;

const { float32, float16 } = elementTypes;
const largestHalf = 65_504;

/**
 * The same network computed in half precision, between inputs and outputs that stay float32: weights and constants are halves, and so is
 * everything in between. A weight that is stored as float16 is then used as it lies in its file.
 */
export function inHalfPrecision(graph: OnnxGraph): OnnxGraph {
  const model = decodeModel(graph.bytes) as unknown as ModelProto;
  const { graph: whole } = model;
  const casts: NodeProto[] = [];
  const renamed = new Map<string, string>();
  const cast = (from: string, to: string, type: number): NodeProto => ({
    name: `cast_${to}`,
    opType: 'Cast',
    domain: '',
    input: [from],
    output: [to],
    attribute: [{ name: 'to', type: 2, i: type }],
  });
  const halve = (name: string): void => {
    const half = `half_${name}`;
    renamed.set(name, half);
    casts.push(cast(name, half, float16));
  };
  for (const { name, type } of whole.input) if (type.tensorType.elemType === float32) halve(name);
  // How much larger Resize makes a map is said in float32, whatever the map is in.
  const scales = new Set(whole.node.flatMap((one) => (one.opType === 'Resize' ? one.input.slice(1) : [])));
  const initializer = whole.initializer.map((tensor): TensorProto => {
    if (tensor.dataType !== float32 || scales.has(tensor.name)) return tensor;
    if (tensor.rawData !== undefined && tensor.rawData.byteLength > 0) return inHalves(tensor);
    halve(tensor.name);
    return tensor;
  });
  const outputs = new Set(whole.output.map(({ name }) => name));
  const node = whole.node.map((one): NodeProto => {
    const input = one.input.map((name) => renamed.get(name) ?? name);
    if (one.opType === 'Identity' && outputs.has(one.output[0] ?? ''))
      return { ...cast(input[0] ?? '', one.output[0] ?? '', float32), name: one.name };
    if (one.opType !== 'Cast') return { ...one, input };
    const attribute = one.attribute.map((each) =>
      each.name === 'to' && each.i === float32 ? { ...each, i: float16 } : each,
    );
    return { ...one, input, attribute };
  });
  return {
    ...graph,
    casts: [],
    bytes: encodeModel({ ...model, graph: { ...whole, initializer, node: [...casts, ...node] } }),
  };
}

/** A mask's lowest float32 is beyond a half: its lowest does as well. */
function inHalves(tensor: TensorProto): TensorProto {
  const raw = Uint8Array.from(tensor.rawData ?? []);
  const halves = Float16Array.from(new Float32Array(raw.buffer), (value) =>
    Math.min(Math.max(value, -largestHalf), largestHalf),
  );
  return { ...tensor, dataType: float16, rawData: new Uint8Array(halves.buffer) };
}
