import { join } from 'node:path';
import { Failed } from '../../contract/failure.ts';
import type { Networks, Tensor } from '../networks.ts';
import { assertFinite } from '../onnx/session.ts';
import { type ExportedGraph, openExportedGraph } from './exported-graph.ts';

/** Of a log variance: what is left of the encoder's distribution is its mean. */
const noVariance = -30;

export interface ExportedVae extends Pick<Networks, 'decode' | 'encode' | 'close'> {
  readonly decoder: ExportedGraph;
}

/**
 * A VAE as exporters write it, in two halves: `vae_decoder` from `latent_sample` to a picture, `vae_encoder` from `sample` to
 * `latent_parameters` (mean and log variance), or in older exports to a latent that the graph itself drew.
 *
 * Pictures can be made without the encoder: it is only missed, by name, when one is encoded.
 */
export async function openExportedVae(bundle: string, provider: string): Promise<ExportedVae> {
  const decoder = await openExportedGraph(join(bundle, 'vae_decoder'), provider);
  let encoder: Promise<ExportedGraph> | null = null;
  const openEncoder = (): Promise<ExportedGraph> => {
    encoder ??= openExportedGraph(join(bundle, 'vae_encoder'), provider);
    return encoder;
  };
  return {
    decoder,
    decode: async (latent) => {
      const outputs = await decoder.run({ [onlyInput(decoder)]: latent });
      return assertFinite(firstOutput(decoder, outputs), 'the VAE decoder');
    },
    encode: async (image) => {
      const graph = await openEncoder();
      const outputs = await graph.run({ [onlyInput(graph)]: image });
      return momentsOf(assertFinite(firstOutput(graph, outputs), 'the VAE encoder'), graph);
    },
    close: async () => {
      await decoder.close();
      await (await encoder?.catch(() => null))?.close();
    },
  };
}

function onlyInput({ path, header }: ExportedGraph): string {
  const [input, ...more] = header.inputs;
  if (input === undefined || more.length > 0)
    throw new Failed('unsupported_config', { path, field: 'the number of inputs', value: header.inputs.length });
  return input.name;
}

function firstOutput({ path, header }: ExportedGraph, outputs: Readonly<Record<string, Tensor>>): Tensor {
  const tensor = outputs[header.outputs[0]?.name ?? ''];
  if (tensor === undefined || tensor.dims.length !== 4)
    throw new Failed('unsupported_config', { path, field: 'the output', value: tensor?.dims.join('x') ?? 'missing' });
  return tensor;
}

function momentsOf(output: Tensor, { header }: ExportedGraph): { mean: Tensor; logVariance: Tensor } {
  const [batch = 1, channels = 0, ...sides] = output.dims;
  if (header.outputs[0]?.name !== 'latent_parameters')
    return { mean: output, logVariance: { ...output, data: output.data.map(() => noVariance) } };
  const dims = [batch, channels / 2, ...sides];
  const half = output.data.length / batch / 2;
  const part = (which: 0 | 1): Tensor => {
    const data = new Float32Array(half * batch);
    for (let row = 0; row < batch; row++) {
      const from = (2 * row + which) * half;
      data.set(output.data.subarray(from, from + half), row * half);
    }
    return { data, dims };
  };
  return { mean: part(0), logVariance: part(1) };
}
