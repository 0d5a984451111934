import { type FileHandle, open, rm, statfs } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { memoryFolder, removeAbandonedWeights, weightFileName } from './abandoned-weights.ts';
import type { OnnxGraph } from './graph-builder.ts';
import { decodeModel, elementTypes, encodeModel, externalLocation, type ModelProto } from './model-proto.ts';
import { WeightReader } from './weight-reader.ts';
import type { CastWeight, WeightTensor } from './weight-source.ts';

interface InMemoryFile {
  readonly bytes: Uint8Array;
  readonly weightFolder: string;
  /** To be called once the runtime has loaded the graph: it then has the file mapped, or has no more use for it. */
  remove(): Promise<void>;
}

/** Below, making the file takes as long as what it saves. */
const leastBytes = 2 ** 26;
/** From one weight to the next a multiple of this: where the runtime can map it from. */
const alignmentBytes = 2 ** 12;

/**
 * The same graph with its weights already cast, in a file that lies in memory; null where there is no such place, or not enough room, or little
 * to cast. The runtime uses float32 weights of a file as they are mapped. What it casts itself it holds in five copies on the way, each in
 * memory that is new to the process.
 */
export async function castIntoMemoryFile(graph: OnnxGraph): Promise<InMemoryFile | null> {
  const places: (CastWeight & { readonly at: number; readonly length: number })[] = [];
  let end = 0;
  for (const weight of graph.casts) {
    const length = 4 * weight.tensor.shape.reduce((product, size) => product * size, 1);
    places.push({ ...weight, at: end, length });
    end += Math.ceil(length / alignmentBytes) * alignmentBytes;
  }
  if (end < leastBytes || process.platform !== 'linux') return null;
  await removeAbandonedWeights();
  if (!(await hasRoom(end))) return null;
  const path = join(memoryFolder, weightFileName());
  const remove = () => rm(path, { force: true });
  try {
    await using file = await open(path, 'wx', 0o600);
    await writeAll(file, places);
  } catch (error) {
    await remove();
    // Somebody else took the room.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EACCES')) return null;
    throw error;
  }

  const model = decodeModel(graph.bytes) as unknown as ModelProto;
  const cast = new Map(places.map((place) => [place.value, place]));
  const used = new Set(model.graph.node.flatMap((node) => (cast.has(node.output[0] ?? '') ? [] : node.input)));
  const fromRoot = (location: string) => relative('/', join(graph.weightFolder ?? '/', location));
  const initializer = model.graph.initializer
    .filter(({ name }) => used.has(name))
    .map((tensor) => ({
      ...tensor,
      ...(tensor.externalData !== undefined && {
        externalData: tensor.externalData.map(({ key, value }) => ({
          key,
          value: key === 'location' ? fromRoot(value) : value,
        })),
      }),
    }));
  const bytes = encodeModel({
    ...model,
    graph: {
      ...model.graph,
      node: model.graph.node.filter(({ output }) => !cast.has(output[0] ?? '')),
      initializer: [
        ...initializer,
        ...places.map(({ value, tensor, at, length }) => ({
          name: value,
          dims: tensor.shape,
          dataType: elementTypes.float32,
          dataLocation: externalLocation,
          externalData: Object.entries({ location: relative('/', path), offset: at, length }).map(([key, one]) => ({
            key,
            value: String(one),
          })),
        })),
      ],
    },
  });
  return { bytes, weightFolder: '/', remove };
}

async function hasRoom(bytes: number): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(memoryFolder);
    return bavail * bsize > bytes;
  } catch {
    return false;
  }
}

async function writeAll(
  file: FileHandle,
  places: readonly { readonly tensor: WeightTensor; readonly at: number }[],
): Promise<void> {
  const reader = new WeightReader();
  try {
    for (const { tensor, at } of places) {
      // One piece is written while the next is cast.
      let writing = Promise.resolve();
      for await (const { floats, first } of reader.pieces(tensor)) {
        await writing;
        writing = writeWhole(file, floats, at + 4 * first);
      }
      await writing;
    }
  } finally {
    await reader.close();
  }
}

async function writeWhole(file: FileHandle, floats: Float32Array, at: number): Promise<void> {
  const bytes = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
  for (let done = 0; done < bytes.length; )
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
}
