import { basename, join } from 'node:path';
import { z } from 'zod';
import { opendir, realpath } from '../file-calls.ts';
import { formatLimits } from '../limits.ts';
import { isSystemError, ReadFault, readFaultOf, readSmallJson } from '../read-bounded.ts';
import { readSafetensorsHeader, type SafetensorsHeader, type TensorInfo, WeightsFault } from './safetensors.ts';

export interface ComponentWeights {
  /** Every tensor of the component; `path` is its file with links resolved (the Hugging Face cache is links into `blobs/`). */
  readonly tensors: ReadonlyMap<string, TensorInfo & { readonly path: string }>;
  /** One header a file, `path` with links resolved. */
  readonly files: readonly SafetensorsHeader[];
  /** The names of `files` in the folder, in the same order. */
  readonly fileNames: readonly string[];
  /** `fp16` of `model.fp16.safetensors`; null for the plain files. */
  readonly variant: string | null;
}

/** One way to load a component that a folder offers: a file, or a list of shards. */
interface Choice {
  readonly name: string;
  readonly variant: string | null;
  readonly isIndex: boolean;
}

const stem = '(?:diffusion_pytorch_model|model)';
const variantPart = '(?:\\.([A-Za-z0-9_]+))?';
const singlePattern = new RegExp(`^${stem}${variantPart}\\.safetensors$`);
/** diffusers has put the variant at three places of this name over time. */
const indexPattern = new RegExp(
  `^${stem}${variantPart}\\.safetensors${variantPart.replace('([', '((?!index)[')}\\.index${variantPart}\\.json$`,
);
/** How many of the shards that are missing a finding names. */
const namedShards = 10;
const shardPattern = /-\d{5}-of-\d{5}.*\.safetensors$/;
const picklePattern = /\.(bin|ckpt|pt|pth|pkl)(\.index\.json)?$/i;

const ShardIndex = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/**
 * Finds and reads the headers of one component's weights: `diffusion_pytorch_model.safetensors` or `model.safetensors`, their variants,
 * or a list of shards. Plain files are preferred, then `fp16`, then the first other variant by name. Never reads payload.
 *
 * Throws `WeightsFault`: `missing_weights`, `missing_shard`, `unsafe_weights_only` (nothing but pickles), `component_unreadable`, or what
 * {@link readSafetensorsHeader} says of a file.
 */
export async function readComponentWeights(folder: string): Promise<ComponentWeights> {
  const names = await readNames(folder);
  const choice = chooseWeights(names);
  if (choice === null) throw noWeights(folder, names);
  if (choice.isIndex) return readShards(folder, choice);
  const header = await readLinked(folder, choice.name, 'missing_weights');
  return { ...gather([header]), files: [header], fileNames: [choice.name], variant: choice.variant };
}

/** What {@link readComponentWeights} would read of a folder with these names; null when nothing there is weights in safetensors. */
export function chooseWeights(names: readonly string[]): Choice | null {
  const choices = names.flatMap((name): Choice[] => {
    const single = singlePattern.exec(name);
    if (single !== null) return [{ name, variant: single[1] ?? null, isIndex: false }];
    const index = indexPattern.exec(name);
    if (index !== null) return [{ name, variant: index[1] ?? index[2] ?? index[3] ?? null, isIndex: true }];
    return [];
  });
  const rank = ({ name, variant, isIndex }: Choice) =>
    `${variant === null ? 0 : variant === 'fp16' ? 1 : 2}${variant ?? ''} ${isIndex ? 1 : 0}${name}`;
  return choices.sort((a, b) => (rank(a) < rank(b) ? -1 : 1))[0] ?? null;
}

function noWeights(folder: string, names: readonly string[]): WeightsFault {
  if (names.some((name) => shardPattern.test(name)))
    return new WeightsFault(
      'missing_weights',
      folder,
      'There are shards, but not the list of them (*.safetensors.index.json). Download that file too.',
    );
  const pickle = names.find((name) => picklePattern.test(name) && !name.startsWith('openvino'));
  if (pickle !== undefined)
    return new WeightsFault(
      'unsafe_weights_only',
      join(folder, pickle),
      'The only weights here are a Python pickle, which can run code when it is read, so Vitrine does not. Get the .safetensors version.',
    );
  return new WeightsFault(
    'missing_weights',
    folder,
    'There are no weights here (diffusion_pytorch_model.safetensors or model.safetensors). Download them.',
  );
}

async function readShards(folder: string, choice: Choice): Promise<ComponentWeights> {
  const weightMap = await readIndex(folder, choice.name);
  const shardNames = [...new Set(weightMap.values())].sort();
  if (shardNames.length > formatLimits.shards)
    throw new WeightsFault(
      'invalid_weights_header',
      join(folder, choice.name),
      `The list names ${shardNames.length} shards; more than ${formatLimits.shards} are not read.`,
    );
  for (const name of shardNames)
    if (name === '' || name === '.' || name === '..' || /[\\/\0]/.test(name))
      throw new WeightsFault(
        'path_escape',
        join(folder, choice.name),
        `The list names a shard outside its folder: ${JSON.stringify(name)}.`,
      );
  await assertShards(folder, shardNames);
  const files: SafetensorsHeader[] = [];
  for (const name of shardNames) files.push(await readLinked(folder, name, 'missing_shard'));
  const tensorsOf = new Map(shardNames.map((name, index) => [name, files[index]?.tensors]));
  for (const [tensor, shard] of weightMap) {
    if (tensorsOf.get(shard)?.has(tensor) !== true)
      throw new WeightsFault(
        'invalid_weights_header',
        join(folder, shard),
        `The list says that ${JSON.stringify(tensor)} is in this shard, but it is not. Download the shards and their list again.`,
      );
  }
  return { ...gather(files), files, fileNames: shardNames, variant: choice.variant };
}

/** Throws a fault that names every shard that is not there: who downloads them wants to know at once. */
async function assertShards(folder: string, names: readonly string[]): Promise<void> {
  const missing: string[] = [];
  for (const name of names) if (!(await isListed(join(folder, name)))) missing.push(name);
  const [first, second] = missing;
  if (first === undefined || second === undefined) return;
  const named = missing.slice(0, namedShards).join(', ');
  const others = missing.length > namedShards ? ` and ${missing.length - namedShards} more` : '';
  throw new WeightsFault(
    'missing_shard',
    join(folder, first),
    `${missing.length} of ${names.length} shards are not there: ${named}${others}. Download them.`,
  );
}

/** Whether there is something of that name, were it a link that leads nowhere the reader could follow. */
async function isListed(path: string): Promise<boolean> {
  try {
    await realpath(path);
    return true;
  } catch (error) {
    return readFaultOf(error).problem !== 'missing';
  }
}

async function readIndex(folder: string, name: string): Promise<ReadonlyMap<string, string>> {
  const path = join(folder, name);
  try {
    const index = ShardIndex.parse(await readSmallJson(path, formatLimits.listBytes));
    return new Map(Object.entries(index.weight_map));
  } catch (error) {
    if (error instanceof ReadFault)
      throw new WeightsFault('component_unreadable', path, `The list of shards ${error.reason}.`, { cause: error });
    if (error instanceof SyntaxError || error instanceof z.ZodError)
      throw new WeightsFault('invalid_weights_header', path, 'The list of shards is not one. Download it again.', {
        cause: error,
      });
    throw error;
  }
}

async function readLinked(
  folder: string,
  name: string,
  codeWhenMissing: 'missing_weights' | 'missing_shard',
): Promise<SafetensorsHeader> {
  const path = join(folder, name);
  let real: string;
  try {
    real = await realpath(path);
  } catch (error) {
    const fault = readFaultOf(error);
    if (fault.problem === 'missing')
      throw new WeightsFault(codeWhenMissing, path, `${basename(path)} is not there. Download it.`, { cause: error });
    throw new WeightsFault('component_unreadable', path, `The file of weights ${fault.reason}.`, { cause: error });
  }
  try {
    return await readSafetensorsHeader(real);
  } catch (error) {
    if (error instanceof WeightsFault) throw new WeightsFault(error.code, path, error.reason, { cause: error });
    throw error;
  }
}

function gather(files: readonly SafetensorsHeader[]): Pick<ComponentWeights, 'tensors'> {
  const tensors = new Map<string, TensorInfo & { readonly path: string }>();
  for (const { path, tensors: ofFile } of files)
    for (const [name, info] of ofFile) if (!tensors.has(name)) tensors.set(name, { ...info, path });
  return { tensors };
}

async function readNames(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of await opendir(folder)) {
      names.push(name);
      if (names.length >= formatLimits.folderEntries) break;
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new WeightsFault('component_unreadable', folder, `The folder ${readFaultOf(error).reason}.`, {
      cause: error,
    });
  }
  return names.sort();
}
