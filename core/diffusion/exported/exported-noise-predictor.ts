import { Failed } from '../../contract/failure.ts';
import { guidanceFeatures } from '../graphs/timestep-features.ts';
import type { NoiseInput, Tensor } from '../networks.ts';
import { assertFinite } from '../onnx/session.ts';
import type { NoisePredictor } from '../unet/noise-predictor.ts';
import { type ExportedGraph, type Feed, openExportedGraph } from './exported-graph.ts';

export interface ExportedUnet extends NoisePredictor {
  readonly graph: ExportedGraph;
  /** Of the sample; null where the graph leaves them open. */
  readonly channels: number | null;
  readonly contextWidth: number | null;
  /** SDXL's graphs take the pooled text and the picture's size. */
  readonly isXl: boolean;
  readonly takesGuidance: boolean;
}

/**
 * A UNet as exporters write it: `sample`, `timestep`, `encoder_hidden_states`, for SDXL `text_embeds` and `time_ids`, for latent consistency
 * models `timestep_cond` in; the noise out. A graph that was fixed to a batch is run as often as that takes.
 *
 * Throws what {@link openExportedGraph} does, `unsupported_config` for a graph of another kind, and `invalid_input` in `predict` for a picture
 * of another size than the graph was fixed to.
 */
export async function openExportedUnet(folder: string, provider: string): Promise<ExportedUnet> {
  const graph = await openExportedGraph(folder, provider);
  for (const name of ['sample', 'timestep', 'encoder_hidden_states'])
    if (!graph.has(name))
      throw new Failed('unsupported_config', { path: graph.path, field: `the input "${name}"`, value: 'missing' });
  const [output] = graph.header.outputs;
  if (output === undefined)
    throw new Failed('unsupported_config', { path: graph.path, field: 'the output', value: 'missing' });
  const guidanceWidth = graph.has('timestep_cond') ? (graph.sizeOf('timestep_cond', 1) ?? usualGuidanceWidth) : null;
  return {
    graph,
    channels: graph.sizeOf('sample', 1),
    contextWidth: graph.sizeOf('encoder_hidden_states', 2),
    isXl: graph.has('text_embeds') && graph.has('time_ids'),
    takesGuidance: guidanceWidth !== null,
    predict: async (input) => {
      checkSides(graph, input.sample);
      const rows = input.context.dims[0] ?? 1;
      const batch = graph.sizeOf('sample', 0) ?? rows;
      const parts: Tensor[] = [];
      for (let first = 0; first < rows; first += batch) {
        const outputs = await graph.run(feedsOf(graph, input, { first, batch, guidanceWidth }));
        const noise = outputs[output.name];
        if (noise === undefined) throw new TypeError('the graph has no such output');
        parts.push(noise);
      }
      return assertFinite(firstRows(parts, [rows, ...input.sample.dims.slice(1)]), 'the UNet');
    },
    get isLoaded() {
      return graph.isLoaded;
    },
    close: graph.close,
  };
}

/** diffusers' default for latent consistency models. */
const usualGuidanceWidth = 256;

interface Part {
  readonly first: number;
  readonly batch: number;
  readonly guidanceWidth: number | null;
}

function feedsOf(graph: ExportedGraph, input: NoiseInput, { first, batch, guidanceWidth }: Part): Record<string, Feed> {
  const part = (tensor: Tensor): Tensor => rowsFrom(tensor, first, batch);
  const { pooled, timeIds } = input;
  const guidance = guidanceWidth === null ? null : guidanceFeatures(input.guidance ?? 1, guidanceWidth);
  return {
    sample: part(input.sample),
    timestep: timestepOf(graph, input.timestep),
    encoder_hidden_states: part(input.context),
    ...(pooled !== null && { text_embeds: part(pooled) }),
    ...(timeIds !== null && { time_ids: part(timeIds) }),
    ...(guidance !== null && {
      timestep_cond: rowsFrom({ data: guidance, dims: [1, guidance.length] }, 0, batch),
    }),
  };
}

/** A number alone or a row of them, as the graph declares it. */
function timestepOf(graph: ExportedGraph, timestep: number): Feed {
  const shape = graph.header.inputs.find(({ name }) => name === 'timestep')?.shape ?? [];
  if (shape.length === 0) return { data: [timestep], dims: [] };
  const count = graph.sizeOf('timestep', 0) ?? 1;
  return { data: Array<number>(count).fill(timestep), dims: [count] };
}

/** `count` rows from `first` on, the last one repeated where they end. */
function rowsFrom({ data, dims }: Tensor, first: number, count: number): Tensor {
  const [all = 1, ...shape] = dims;
  if (first === 0 && count === all) return { data, dims };
  const size = data.length / all;
  const rows = new Float32Array(size * count);
  for (let row = 0; row < count; row++) {
    const from = Math.min(first + row, all - 1) * size;
    rows.set(data.subarray(from, from + size), row * size);
  }
  return { data: rows, dims: [count, ...shape] };
}

function firstRows(parts: readonly Tensor[], dims: readonly number[]): Tensor {
  const [only] = parts;
  if (only !== undefined && parts.length === 1 && only.dims[0] === dims[0]) return only;
  const data = new Float32Array(dims.reduce((product, size) => product * size, 1));
  let at = 0;
  for (const part of parts) {
    const piece = part.data.subarray(0, data.length - at);
    data.set(piece, at);
    at += piece.length;
  }
  return { data, dims };
}

function checkSides(graph: ExportedGraph, { dims }: Tensor): void {
  for (const [axis, field] of [
    [2, 'height'],
    [3, 'width'],
  ] as const) {
    const fixed = graph.sizeOf('sample', axis);
    if (fixed !== null && fixed !== dims[axis])
      throw new Failed('invalid_input', {
        field,
        reason: `This model was exported for one size alone: its ${field} is fixed to ${fixed} cells of the latent.`,
      });
  }
}
