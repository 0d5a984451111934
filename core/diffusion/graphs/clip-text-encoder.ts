import { z } from 'zod';
import { GraphBuilder, type OnnxGraph, type Value } from '../onnx/graph-builder.ts';
import { type WeightSource, type WeightTensor, weightSource } from '../weights/weight-source.ts';
import { add, attention, type LayerWriter, linear, type Tokens, unflatten } from './layers.ts';
import { layerNorm } from './norms.ts';

const count = z.int().positive().max(1_000_000);

/** What of a text encoder's config.json the graph depends on. Defaults are those of transformers' CLIPTextConfig. */
export const ClipTextConfig = z
  .object({
    architectures: z.array(z.string()).default(['CLIPTextModel']),
    hidden_act: z.enum(['quick_gelu', 'gelu']).default('quick_gelu'),
    hidden_size: count.default(512),
    intermediate_size: count.default(2048),
    layer_norm_eps: z.number().positive().default(1e-5),
    max_position_embeddings: count.max(4096).default(77),
    num_attention_heads: count.default(8),
    num_hidden_layers: count.max(200).default(12),
    projection_dim: count.default(512),
    vocab_size: count.default(49_408),
    eos_token_id: z.int().nonnegative().nullable().default(49_407),
  })
  .refine(({ hidden_size, num_attention_heads }) => hidden_size % num_attention_heads === 0, {
    path: ['num_attention_heads'],
  })
  .refine(({ architectures }) => architectures.every((name) => /^CLIPTextModel(WithProjection)?$/.test(name)), {
    path: ['architectures'],
  });
export type ClipTextConfig = z.infer<typeof ClipTextConfig>;

export const hasProjection = (config: ClipTextConfig): boolean =>
  config.architectures.includes('CLIPTextModelWithProjection');

/** Which hidden states are the context. */
export interface ClipReading {
  /** Layers at the end that the context leaves out. */
  readonly skipLayers: number;
  /** Whether the context goes through the final layer norm: yes for SD 1 and 2, no for SDXL. */
  readonly finalNorm: boolean;
}

/** Transformers 5 writes a text encoder's keys without the prefix that all earlier versions wrote. */
export const clipWeights = (folder: string, tensors: ReadonlyMap<string, WeightTensor>): WeightSource =>
  weightSource(folder, tensors, (name) => [`text_model.${name}`, name]);

/**
 * CLIPTextModel and CLIPTextModelWithProjection.
 *
 * In: `ids` int64 `[batch, tokens]`, tokens being the config's `max_position_embeddings`; with projection also `end_rows` int64 `[batch]`,
 * the row of each prompt's end token in `[batch * tokens]`.
 * Out: `context` `[batch, tokens, hidden]`; with projection also `pooled` `[batch, projection]`, always of the last layer.
 */
export function clipTextEncoderGraph(config: ClipTextConfig, weights: WeightSource, reading: ClipReading): OnnxGraph {
  const graph = new GraphBuilder('clip-text-encoder');
  // 77 tokens: nothing is won by a fused operator here, and plain attention is right everywhere.
  const writer: LayerWriter = { graph, weights, attention: 'plain', convolution: 'direct', scaling: 'apart' };
  const { hidden_size: channels, max_position_embeddings: length } = config;
  const ids = graph.input('ids', ['batch', length], 'int64');
  const words = graph.rows(weights.tensor('embeddings.token_embedding.weight', [config.vocab_size, channels]), ids);
  const places = graph.weight(weights.tensor('embeddings.position_embedding.weight', [length, channels]));
  const embedded = add(writer, words, places);
  let tokens: Tokens = {
    value: graph.node('Reshape', [embedded, graph.integers([-1, channels])]),
    channels,
    shape: graph.node('Shape', [embedded]),
  };

  const mask = causalMask(graph, length);
  const readAfter = config.num_hidden_layers - reading.skipLayers;
  const depth = hasProjection(config) ? config.num_hidden_layers : readAfter;
  let context = tokens;
  for (let layer = 0; layer < depth; layer++) {
    tokens = encoderLayer(writer, `encoder.layers.${layer}`, tokens, config, mask);
    if (layer + 1 === readAfter) context = tokens;
  }
  const norm = (of: Tokens) => layerNorm(writer, 'final_layer_norm', of, config.layer_norm_eps);
  graph.output('context', unflatten(writer, reading.finalNorm ? norm(context) : context), ['batch', length, channels]);

  if (hasProjection(config)) {
    const ends = graph.node('Gather', [norm(tokens).value, graph.input('end_rows', ['batch'], 'int64')], { axis: 0 });
    const pooled = linear(writer, 'text_projection', ends, [channels, config.projection_dim], { bias: false });
    graph.output('pooled', pooled, ['batch', config.projection_dim]);
  }
  return graph.finish();
}

/** Where each prompt ends, as rows of the flattened batch: what `pooled` is read from. */
export function endRows(tokens: readonly (readonly number[])[], config: ClipTextConfig): BigInt64Array {
  return BigInt64Array.from(tokens, (ids, prompt) => {
    // Configs from before transformers 4.32 say 2, wrongly; those are read by the highest id, which is the end token of CLIP's vocabulary.
    const isOld = config.eos_token_id === null || config.eos_token_id === 2;
    const found = isOld ? ids.indexOf(Math.max(...ids)) : ids.indexOf(config.eos_token_id ?? 0);
    return BigInt(prompt * config.max_position_embeddings + Math.max(found, 0));
  });
}

function encoderLayer(
  writer: LayerWriter,
  name: string,
  input: Tokens,
  { hidden_size: channels, ...config }: ClipTextConfig,
  mask: Value,
): Tokens {
  const normed = layerNorm(writer, `${name}.layer_norm1`, input, config.layer_norm_eps);
  const project = (part: string) =>
    unflatten(writer, {
      ...input,
      value: linear(writer, `${name}.self_attn.${part}`, normed.value, [channels, channels]),
    });
  const mixed = attention(writer, {
    query: project('q_proj'),
    key: project('k_proj'),
    value: project('v_proj'),
    channels,
    heads: config.num_attention_heads,
    mask,
  });
  const attended: Tokens = {
    ...input,
    value: add(writer, input.value, linear(writer, `${name}.self_attn.out_proj`, mixed, [channels, channels])),
  };
  const wide = linear(
    writer,
    `${name}.mlp.fc1`,
    layerNorm(writer, `${name}.layer_norm2`, attended, config.layer_norm_eps).value,
    [channels, config.intermediate_size],
  );
  const active = config.hidden_act === 'gelu' ? writer.graph.node('Gelu', [wide]) : quickGelu(writer, wide);
  const narrow = linear(writer, `${name}.mlp.fc2`, active, [config.intermediate_size, channels]);
  return { ...attended, value: add(writer, attended.value, narrow) };
}

function quickGelu({ graph }: LayerWriter, value: Value): Value {
  const gate = graph.node('Sigmoid', [graph.node('Mul', [value, graph.floats([1.702], [])])]);
  return graph.node('Mul', [value, gate]);
}

/** A token sees itself and those before it. */
function causalMask(graph: GraphBuilder, length: number): Value {
  const hidden = -3.4028234663852886e38;
  const cells = Array.from({ length: length * length }, (_, at) =>
    at % length > Math.floor(at / length) ? hidden : 0,
  );
  return graph.floats(cells, [1, 1, length, length]);
}
