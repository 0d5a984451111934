import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import type { FeatureMap, LayerWriter, Tokens } from './layers.ts';

export function layerNorm({ graph, weights }: LayerWriter, name: string, input: Tokens, epsilon: number): Tokens {
  const scale = graph.weight(weights.tensor(`${name}.weight`, [input.channels]));
  const bias = graph.weight(weights.tensor(`${name}.bias`, [input.channels]));
  const value = graph.node('LayerNormalization', [input.value, scale, bias], {
    axis: -1,
    epsilon: { float: epsilon },
  });
  return { ...input, value };
}

/**
 * Written as an instance normalisation of each group, then scale and shift: runs on every provider, and on CPU as fast as the
 * GroupNormalization operator, which WebGPU lacks.
 */
export function groupNorm(
  writer: LayerWriter,
  name: string,
  input: FeatureMap,
  { groups, epsilon }: { readonly groups: number; readonly epsilon: number },
): FeatureMap {
  const { graph } = writer;
  const grouped = graph.node('Reshape', [input.value, graph.integers([0, groups, -1])]);
  const normed = graph.node(
    'InstanceNormalization',
    [grouped, repeated(graph, 1, groups), repeated(graph, 0, groups)],
    {
      epsilon: { float: epsilon },
    },
  );
  const shaped = graph.node('Reshape', [normed, graph.node('Shape', [input.value])]);
  return { ...input, value: scaledByChannel(writer, name, { ...input, value: shaped }) };
}

const repeated = (graph: GraphBuilder, value: number, count: number): Value =>
  graph.floats(Array.from({ length: count }, () => value));

/** By the layer's weight and bias, a number for each channel. */
function scaledByChannel(
  { graph, weights, scaling }: LayerWriter,
  name: string,
  { value, channels }: FeatureMap,
): Value {
  const of = (part: string, dims: readonly number[]) =>
    graph.weight(weights.tensor(`${name}.${part}`, [channels]), { dims });
  if (scaling === 'together') {
    const inputs = [
      of('weight', [channels]),
      of('bias', [channels]),
      repeated(graph, 0, channels),
      repeated(graph, 1, channels),
    ];
    return graph.node('BatchNormalization', [value, ...inputs], { epsilon: { float: 0 } });
  }
  const scaled = graph.node('Mul', [value, of('weight', [channels, 1, 1])]);
  return graph.node('Add', [scaled, of('bias', [channels, 1, 1])]);
}
