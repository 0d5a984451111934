import { Failed } from '../../contract/failure.ts';
import type { Tensor } from '../networks.ts';
import { assertFinite } from '../onnx/session.ts';
import type { TextEncoder } from '../sessions/text-encoder.ts';
import { type ExportedGraph, openExportedGraph } from './exported-graph.ts';

const hiddenState = /^hidden_states[._](\d+)$/;

/**
 * A CLIP text encoder as exporters write it: `input_ids` in; `last_hidden_state`, for SDXL every `hidden_states.N` and of the second encoder
 * `text_embeds` out. `configWidth` is the config's word on the channels, where there is a config.
 *
 * Throws `unsupported_config` for a graph that lacks what its family reads.
 */
export async function openExportedTextEncoder(
  folder: string,
  provider: string,
  { isXl, configWidth }: { readonly isXl: boolean; readonly configWidth: number | null },
): Promise<TextEncoder & { readonly graph: ExportedGraph }> {
  const graph = await openExportedGraph(folder, provider);
  const layers = graph.header.outputs.flatMap(({ name }) => {
    const number = hiddenState.exec(name)?.[1];
    return number === undefined ? [] : [{ name, number: Number(number) }];
  });
  const inOrder = layers.sort((one, other) => one.number - other.number).map(({ name }) => name);
  const usual = isXl ? inOrder.at(-2) : 'last_hidden_state';
  if (usual === undefined || !graph.hasOutput(usual)) throw lacks(graph, isXl ? 'hidden_states' : 'last_hidden_state');
  return {
    contextWidth: graph.sizeOf(usual, 2) ?? configWidth ?? (await measuredWidth(graph, usual)),
    encode: async (prompts, skipLayers) => {
      const length = prompts[0]?.length ?? 0;
      const fixed = graph.sizeOf('input_ids', 1);
      if (fixed !== null && fixed !== length) throw wrongLength(graph, fixed, length);
      const name = skipLayers === 0 ? usual : isXl ? inOrder.at(-2 - skipLayers) : undefined;
      if (name === undefined) throw noLayersToSkip(isXl ? inOrder.length - 2 : 0);
      const ids = { data: prompts.flat(), dims: [prompts.length, length] };
      const outputs = await graph.run({ input_ids: ids });
      const pooled = outputs.text_embeds;
      return {
        context: assertFinite(present(outputs[name]), 'the text encoder'),
        pooled: pooled === undefined ? null : assertFinite(pooled, 'the text encoder'),
      };
    },
    graph,
    get isLoaded() {
      return graph.isLoaded;
    },
    close: graph.close,
  };
}

/** Neither the graph nor a config says how many channels it gives: it is asked. */
async function measuredWidth(graph: ExportedGraph, output: string): Promise<number> {
  const length = graph.sizeOf('input_ids', 1) ?? 77;
  const outputs = await graph.run({ input_ids: { data: Array<number>(length).fill(0), dims: [1, length] } });
  return present(outputs[output]).dims[2] ?? 0;
}

function lacks({ path }: ExportedGraph, output: string): Failed {
  return new Failed('unsupported_config', { path, field: `the output "${output}"`, value: 'missing' });
}

function wrongLength({ path }: ExportedGraph, fixed: number, length: number): Failed {
  const value = `fixed to ${fixed} tokens while the tokenizer gives ${length}`;
  return new Failed('unsupported_config', { path, field: 'the input "input_ids"', value });
}

function noLayersToSkip(most: number): Failed {
  const reason =
    most > 0
      ? `This model's text encoder has ${most} layers to skip.`
      : 'This text encoder was exported without its inner layers: none can be skipped.';
  return new Failed('invalid_input', { field: 'clip_skip', reason });
}

function present(tensor: Tensor | undefined): Tensor {
  if (tensor === undefined) throw new TypeError('the graph has no such output');
  return tensor;
}
