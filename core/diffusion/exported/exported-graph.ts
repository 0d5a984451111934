import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { Failed } from '../../contract/failure.ts';
import { type OnnxHeader, readOnnxHeader } from '../../formats/onnx/onnx.ts';
import { WeightsFault } from '../../formats/weights/safetensors.ts';
import type { Tensor } from '../networks.ts';
import { mapErrors } from '../onnx/map-errors.ts';

/** The file that exporters give every network of a bundle, in the network's own folder. */
export const graphFileName = 'model.onnx';

/** A network that somebody else wrote as an ONNX file. It is loaded when it first runs; the opener closes it. */
export interface ExportedGraph {
  readonly path: string;
  readonly header: OnnxHeader;
  has(name: string): boolean;
  hasOutput(name: string): boolean;
  /** The size of an input's or output's dimension where the graph fixes it. */
  sizeOf(name: string, axis: number): number | null;
  /** Feeds of numbers become what the graph declares its inputs to be; outputs come as float32. Throws `oom` or `model_load_failed`. */
  run(feeds: Readonly<Record<string, Feed>>): Promise<Readonly<Record<string, Tensor>>>;
  readonly isLoaded: boolean;
  close(): Promise<void>;
}

export interface Feed {
  readonly data: ArrayLike<number>;
  readonly dims: readonly number[];
}

/**
 * Opens `model.onnx` of a folder: reads its structure, none of its weights. Throws `invalid_weights` with the file: it is missing or cut off,
 * it is no ONNX, or it keeps its weights outside its folder.
 */
export async function openExportedGraph(folder: string, provider: string): Promise<ExportedGraph> {
  const path = join(folder, graphFileName);
  const header = await readHeader(path);
  const values = new Map([...header.inputs, ...header.outputs].map((value) => [value.name, value]));
  let session: Promise<InferenceSession> | null = null;
  const opened = (): Promise<InferenceSession> => {
    session ??= mapErrors(() => createSession(path, header, provider)).catch((error: unknown) => {
      session = null;
      throw error;
    });
    return session;
  };
  return {
    path,
    header,
    has: (name) => header.inputs.some((input) => input.name === name),
    hasOutput: (name) => header.outputs.some((output) => output.name === name),
    sizeOf: (name, axis) => {
      const size = values.get(name)?.shape[axis];
      return typeof size === 'number' && size > 0 ? size : null;
    },
    run: async (feeds) => {
      const missing = header.inputs.find(({ name }) => !Object.hasOwn(feeds, name));
      if (missing !== undefined) throw unknownInput(path, missing.name);
      const inputs = Object.fromEntries(
        header.inputs.map(({ name, dtype }) => [name, toOrt(path, name, dtype, feeds[name])]),
      );
      const running = await opened();
      const outputs = await mapErrors(() => running.run(inputs));
      return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, fromOrt(path, name, value)]));
    },
    get isLoaded() {
      return session !== null;
    },
    close: async () => {
      const closing = session;
      session = null;
      await (await closing)?.release();
    },
  };
}

async function readHeader(path: string): Promise<OnnxHeader> {
  try {
    return await readOnnxHeader(path);
  } catch (error) {
    if (!(error instanceof WeightsFault)) throw error;
    throw new Failed('invalid_weights', { path: error.path, reason: error.reason }, { cause: error });
  }
}

async function createSession(path: string, header: OnnxHeader, provider: string): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    enableCpuMemArena: false,
  };
  const isLinked = header.externalFiles.some((file) => file.path !== join(path, '..', file.location));
  if (!isLinked) return InferenceSession.create(path, options);
  // The runtime refuses links that lead out of the folder, which is all that a Hugging Face cache is made of.
  const externalData = [];
  for (const file of header.externalFiles) externalData.push({ path: file.location, data: await readWhole(file.path) });
  return InferenceSession.create(path, { ...options, externalData });
}

/** In pieces: one read takes 2 GiB at most. */
async function readWhole(path: string): Promise<Uint8Array> {
  await using file = await open(path);
  const { size } = await file.stat();
  const bytes = new Uint8Array(size);
  const pieceBytes = 2 ** 28;
  for (let at = 0; at < size; ) {
    const { bytesRead } = await file.read(bytes, at, Math.min(pieceBytes, size - at), at);
    if (bytesRead === 0) throw new Failed('invalid_weights', { path, reason: 'The file grew shorter as it was read.' });
    at += bytesRead;
  }
  return bytes;
}

function toOrt(path: string, name: string, dtype: string, feed: Feed | undefined): OrtTensor {
  if (feed === undefined) throw unknownInput(path, name);
  const { data, dims } = feed;
  switch (dtype) {
    case 'F32':
      return new OrtTensor('float32', data instanceof Float32Array ? data : Float32Array.from(data), dims);
    case 'F16':
      return halves(Float16Array.from(data), dims);
    case 'F64':
      return new OrtTensor('float64', Float64Array.from(data), dims);
    case 'I32':
      return new OrtTensor('int32', Int32Array.from(data), dims);
    case 'I64':
      return new OrtTensor(
        'int64',
        BigInt64Array.from(data, (value) => BigInt(Math.round(value))),
        dims,
      );
    case 'BOOL':
      return new OrtTensor('bool', Uint8Array.from(data), dims);
    default:
      throw new Failed('unsupported_config', { path, field: `the input "${name}"`, value: dtype });
  }
}

/** The runtime's JavaScript makes a Float16Array of halves, of which its native part reads nothing: it gets their bits. */
function halves(data: Float16Array<ArrayBuffer>, dims: readonly number[]): OrtTensor {
  const bits = new Uint16Array(data.buffer);
  return Object.defineProperty(new OrtTensor('float16', bits, dims), 'data', { value: bits });
}

function fromOrt(path: string, name: string, value: OrtTensor): Tensor {
  const { data, dims } = value;
  if (data instanceof Float32Array) return { data, dims };
  if (value.type === 'float16') {
    const values = data instanceof Uint16Array ? new Float16Array(data.buffer, data.byteOffset, data.length) : data;
    return { data: Float32Array.from(values as ArrayLike<number>), dims };
  }
  if (data instanceof Float64Array) return { data: Float32Array.from(data), dims };
  throw new Failed('unsupported_config', { path, field: `the output "${name}"`, value: value.type });
}

/** A network of a kind that this version doesn't know what to tell. */
function unknownInput(path: string, name: string): Failed {
  return new Failed('unsupported_config', { path, field: 'an input', value: `"${name}"` });
}
