import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readComponentWeights } from '../../formats/weights/component-weights.ts';
import { ClipTextConfig, clipTextEncoderGraph, clipWeights, hasProjection } from '../graphs/clip-text-encoder.ts';
import { copyBundle, editJson } from '../graphs/fixtures.ts';
import { unetGraphs } from '../graphs/unet.ts';
import { UnetConfig } from '../graphs/unet-config.ts';
import { VaeConfig, vaeDecoderGraph, vaeEncoderGraph, vaeWeights } from '../graphs/vae.ts';
import { GraphBuilder, type OnnxGraph } from '../onnx/graph-builder.ts';
import { decodeModel, encodeModel, type ModelProto, type TensorProto } from '../onnx/model-proto.ts';
import { referencePath } from '../reference/read-tensors.ts';
import { weightSource } from '../weights/weight-source.ts';

/** How an exporter may have written a bundle. */
export interface ExportOptions {
  /** Of inputs and outputs; whole numbers are int64 beside float32, int32 beside float16. */
  readonly precision?: 'float32' | 'float16';
  /** Weights in `model.onnx_data` beside the graph, or in the graph. */
  readonly externalData?: boolean;
  /** Exporters of 2022 wrote no configs. */
  readonly configs?: boolean;
  /** The UNet's batch, where it is fixed. */
  readonly batch?: number;
  readonly className?: string;
}

type Graph = ModelProto['graph'];

/** A reference bundle as if an exporter had turned it into ONNX: the same weights in graphs of the usual names, and nothing else. */
export async function exportBundle(bundle: string, folder: string, options: ExportOptions = {}): Promise<string> {
  const root = await copyBundle(bundle, folder);
  const isXl = bundle === 'sdxl-tiny';
  const encoders = isXl ? ['text_encoder', 'text_encoder_2'] : ['text_encoder'];
  for (const name of encoders) await write(root, name, await textEncoder(join(root, name), isXl), options);
  await write(root, 'unet', await unet(join(root, 'unet'), isXl), options);
  for (const half of ['decoder', 'encoder'] as const)
    await write(root, `vae_${half}`, await vae(join(root, 'vae'), half), options);
  await rm(join(root, 'vae'), { recursive: true });
  await editJson(join(root, 'model_index.json'), (index) => {
    if (options.className !== undefined) index._class_name = options.className;
    for (const name of [...encoders, 'unet', 'vae_decoder', 'vae_encoder'])
      index[name] = ['diffusers', 'OnnxRuntimeModel'];
    delete index.vae;
  });
  return root;
}

/** Graphs side by side: what one gives by name is what the next takes by that name. */
function chain(outputs: Graph['output'], inputs: Graph['input'], ...graphs: readonly OnnxGraph[]): Graph {
  const parts = graphs.map(({ bytes }, index): Graph => {
    const { graph } = decodeModel(bytes) as unknown as ModelProto;
    const open = new Set([...graph.input, ...graph.output].map(({ name }) => name));
    const rename = (name: string) => (name === '' || open.has(name) ? name : `part${index}_${name}`);
    return {
      ...graph,
      initializer: graph.initializer.map((tensor) => ({ ...tensor, name: rename(tensor.name) })),
      node: graph.node.map((node) => ({
        ...node,
        name: `part${index}_${node.name}`,
        input: node.input.map(rename),
        output: node.output.map(rename),
      })),
    };
  });
  return {
    name: 'main_graph',
    node: parts.flatMap(({ node }) => node),
    initializer: parts.flatMap(({ initializer }) => initializer),
    input: inputs,
    output: outputs,
  };
}

const elementType = { float32: 1, int32: 6, int64: 7, float16: 10 } as const;
const value = (name: string, elemType: number, dims: readonly (number | string)[]) => ({
  name,
  type: {
    tensorType: {
      elemType,
      shape: { dim: dims.map((dim) => (typeof dim === 'number' ? { dimValue: dim } : { dimParam: dim })) },
    },
  },
});
const float = (name: string, dims: readonly (number | string)[]) => value(name, elementType.float32, dims);
const whole = (name: string, dims: readonly (number | string)[]) => value(name, elementType.int64, dims);

interface Exported {
  readonly graph: Graph;
  readonly folders: readonly string[];
}

const folderOf = (graphs: readonly OnnxGraph[]) => graphs.flatMap(({ weightFolder }) => weightFolder ?? []);

async function configOf(folder: string): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
}

const plainForms = { attention: 'plain', convolution: 'direct', scaling: 'apart' } as const;

async function unet(folder: string, isXl: boolean): Promise<Exported> {
  const config = UnetConfig.parse(await configOf(folder));
  const weights = weightSource(folder, (await readComponentWeights(folder)).tensors);
  const { segments, context } = unetGraphs(config, weights, {
    ...plainForms,
    halvesEvenly: true,
    segmentBytes: Number.POSITIVE_INFINITY,
  });
  const [main] = segments;
  if (main === undefined || context === null) throw new RangeError('one segment that attends to a prompt');
  const width = config.cross_attention_dim;
  const timeWidth = config.block_out_channels[0] ?? 0;
  const adapter = new GraphBuilder('adapter');
  const features = (of: string, size: number) => {
    const frequencies = Array.from({ length: size / 2 }, (_, at) => Math.exp((-Math.log(10_000) * at) / (size / 2)));
    const angles = adapter.node('Mul', [of, adapter.floats(frequencies, [1, size / 2])]);
    return adapter.node('Concat', [adapter.node('Cos', [angles]), adapter.node('Sin', [angles])], { axis: 1 });
  };
  const column = (of: string) => adapter.node('Reshape', [of, adapter.integers([-1, 1])]);
  const number = adapter.node('Cast', [adapter.input('timestep', ['steps'], 'int64')], { to: elementType.float32 });
  adapter.output('time', features(column(number), timeWidth), [1, timeWidth]);
  adapter.output('context', adapter.input('encoder_hidden_states', ['batch', 'tokens', width]), []);
  if (isXl) {
    const size = config.addition_time_embed_dim ?? 0;
    const ids = features(column(adapter.input('time_ids', ['batch', 6])), size);
    const flat = adapter.node('Reshape', [ids, adapter.integers([-1, 6 * size])]);
    const pooled = adapter.input('text_embeds', ['batch', 'pooled']);
    adapter.output('added', adapter.node('Concat', [pooled, flat], { axis: 1 }), []);
  }
  const after = new GraphBuilder('after');
  after.output('out_sample', after.input('noise', []), []);
  const graphs = [adapter.finish(), context, main, after.finish()];
  const sample = ['batch', config.in_channels, 'height', 'width'];
  const inputs = [
    float('sample', sample),
    whole('timestep', ['steps']),
    float('encoder_hidden_states', ['batch', 'tokens', width]),
    ...(isXl ? [float('text_embeds', ['batch', 'pooled']), float('time_ids', ['batch', 6])] : []),
  ];
  return { graph: chain([float('out_sample', sample)], inputs, ...graphs), folders: folderOf(graphs) };
}

async function textEncoder(folder: string, isXl: boolean): Promise<Exported> {
  const config = ClipTextConfig.parse(await configOf(folder));
  const weights = clipWeights(folder, (await readComponentWeights(folder)).tensors);
  const length = config.max_position_embeddings;
  const adapter = new GraphBuilder('adapter');
  const ids = adapter.input('input_ids', ['batch', length], 'int64');
  adapter.output('ids', ids, []);
  const scalar = (name: string) => adapter.node('Reshape', [name, adapter.integers([])]);
  const rows = adapter.node('Range', [
    scalar(adapter.integers([0])),
    scalar(adapter.node('Shape', [ids], { start: 0, end: 1 })),
    scalar(adapter.integers([1])),
  ]);
  const starts = adapter.node('Mul', [rows, adapter.integers([length])]);
  const ends = adapter.node('ArgMax', [ids], { axis: 1, keepdims: 0 });
  adapter.output('end_rows', adapter.node('Add', [starts, ends]), []);

  const graphs = [adapter.finish()];
  const outputs = [];
  const reading = (name: string, skipLayers: number, finalNorm: boolean) => {
    const graph = clipTextEncoderGraph(config, weights, { skipLayers, finalNorm });
    const isLast = name === 'last_hidden_state' && hasProjection(config);
    graphs.push(renamed(graph, { context: name, pooled: isLast ? 'text_embeds' : `unused_${name}` }));
    outputs.push(float(name, ['batch', length, config.hidden_size]));
  };
  reading('last_hidden_state', 0, true);
  if (hasProjection(config)) outputs.unshift(float('text_embeds', ['batch', config.projection_dim]));
  if (isXl)
    for (let layer = 0; layer <= config.num_hidden_layers; layer++)
      reading(`hidden_states.${layer}`, config.num_hidden_layers - layer, false);
  return {
    graph: chain(outputs, [whole('input_ids', ['batch', length])], ...graphs),
    folders: folderOf(graphs),
  };
}

async function vae(folder: string, half: 'decoder' | 'encoder'): Promise<Exported> {
  const config = VaeConfig.parse(await configOf(folder));
  const weights = vaeWeights(folder, (await readComponentWeights(folder)).tensors);
  const channels = config.latent_channels;
  if (half === 'decoder') {
    const graph = renamed(vaeDecoderGraph(config, weights, plainForms), { latent: 'latent_sample', image: 'sample' });
    const inputs = [float('latent_sample', ['batch', channels, 'height', 'width'])];
    return { graph: chain([float('sample', ['batch', 3, 'h', 'w'])], inputs, graph), folders: folderOf([graph]) };
  }
  const graph = renamed(vaeEncoderGraph(config, weights, plainForms), { image: 'sample' });
  const after = new GraphBuilder('after');
  const moments = after.node('Concat', [after.input('mean', []), after.input('log_variance', [])], { axis: 1 });
  after.output('latent_parameters', moments, []);
  return {
    graph: chain(
      [float('latent_parameters', ['batch', 2 * channels, 'h', 'w'])],
      [float('sample', ['batch', 3, 'height', 'width'])],
      graph,
      after.finish(),
    ),
    folders: folderOf([graph]),
  };
}

/** The same graph with other names for its inputs and outputs. */
function renamed(graph: OnnxGraph, names: Readonly<Record<string, string>>): OnnxGraph {
  const model = decodeModel(graph.bytes) as unknown as ModelProto;
  const rename = (name: string) => names[name] ?? name;
  const values = (list: Graph['input']) => list.map((one) => ({ ...one, name: rename(one.name) }));
  const { graph: inner } = model;
  const node = inner.node.map((one) => ({
    ...one,
    input: one.input.map(rename),
    output: one.output.map(rename),
  }));
  const bytes = encodeModel({
    ...model,
    graph: { ...inner, node, input: values(inner.input), output: values(inner.output) },
  });
  return { ...graph, bytes };
}

async function write(root: string, name: string, { graph, folders }: Exported, options: ExportOptions): Promise<void> {
  const { precision = 'float32', externalData = false, configs = true, batch } = options;
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  const [weightFolder] = folders;
  const pieces: Uint8Array[] = [];
  let offset = 0;
  const initializer: TensorProto[] = [];
  for (const tensor of graph.initializer) {
    const bytes = await bytesOf(tensor, weightFolder ?? root);
    const { name: tensorName, dims, dataType } = tensor;
    if (!externalData || bytes.byteLength < 64) {
      initializer.push({ name: tensorName, dims, dataType, rawData: bytes });
      continue;
    }
    const places = { location: 'model.onnx_data', offset: String(offset), length: String(bytes.byteLength) };
    pieces.push(bytes);
    offset += bytes.byteLength;
    initializer.push({
      name: tensorName,
      dims,
      dataType,
      dataLocation: 1,
      externalData: Object.entries(places).map(([key, text]) => ({ key, value: text })),
    });
  }
  const sized: Graph = {
    ...graph,
    initializer,
    input: graph.input.map((one) => (name === 'unet' ? withBatch(one, batch) : one)),
  };
  const finished = precision === 'float16' ? inHalves(sized) : sized;
  const bytes = encodeModel({
    irVersion: 9,
    producerName: 'pytorch',
    opsetImport: [
      { domain: '', version: 20 },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph: finished,
  });
  for (const file of ['model.safetensors', 'diffusion_pytorch_model.safetensors'])
    await rm(join(folder, file), { force: true });
  await writeFile(join(folder, 'model.onnx'), bytes);
  if (externalData) await writeFile(join(folder, 'model.onnx_data'), Buffer.concat(pieces));
  if (!configs) await rm(join(folder, 'config.json'), { force: true });
  else if (name.startsWith('vae_')) await writeFile(join(folder, 'config.json'), JSON.stringify(vaeConfig));
}

/** All reference bundles have the same one. */
const vaeConfig: unknown = JSON.parse(await readFile(referencePath('bundles/sd15-tiny/vae/config.json'), 'utf8'));

function withBatch(input: Graph['input'][number], batch: number | undefined): Graph['input'][number] {
  if (batch === undefined) return input;
  const { elemType, shape } = input.type.tensorType;
  const dim = shape.dim.map((one) => ('dimParam' in one && one.dimParam === 'batch' ? { dimValue: batch } : one));
  return { ...input, type: { tensorType: { elemType, shape: { dim } } } };
}

async function bytesOf(tensor: TensorProto, folder: string): Promise<Uint8Array> {
  const places = new Map(tensor.externalData?.map(({ key, value: text }) => [key, text]));
  const location = places.get('location');
  if (location === undefined) return tensor.rawData ?? new Uint8Array();
  await using file = await open(join(folder, location));
  const bytes = new Uint8Array(Number(places.get('length')));
  await file.read(bytes, 0, bytes.byteLength, Number(places.get('offset')));
  return bytes;
}

/** Inputs and outputs in halves, the network between them as it was. */
function inHalves(graph: Graph): Graph {
  const isFloat = (one: Graph['input'][number]) => one.type.tensorType.elemType === elementType.float32;
  const retyped = (one: Graph['input'][number]) => ({
    ...one,
    type: {
      tensorType: {
        ...one.type.tensorType,
        elemType: isFloat(one) ? elementType.float16 : elementType.int32,
      },
    },
  });
  const inner = (name: string) => `inner_${name}`;
  const open = new Set([...graph.input, ...graph.output].map(({ name }) => name));
  const rename = (name: string) => (open.has(name) ? inner(name) : name);
  const cast = (from: string, to: string, type: number) => ({
    name: `cast_${from}`,
    opType: 'Cast',
    domain: '',
    input: [from],
    output: [to],
    attribute: [{ name: 'to', type: 2, i: type }],
  });
  return {
    ...graph,
    input: graph.input.map(retyped),
    output: graph.output.map(retyped),
    node: [
      ...graph.input.map((one) => cast(one.name, inner(one.name), one.type.tensorType.elemType)),
      ...graph.node.map((node) => ({ ...node, input: node.input.map(rename), output: node.output.map(rename) })),
      ...graph.output.map((one) => cast(inner(one.name), one.name, elementType.float16)),
    ],
  };
}
