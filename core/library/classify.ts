import { opendir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { stateOf } from '../contract/finding.ts';
import type { ModelId } from '../contract/ids.ts';
import type { Classification } from '../contract/model.ts';
import { hasModelIndex, readDiffusersFolder } from '../formats/diffusers-folder.ts';
import { codeOf } from './system-error.ts';

/** How far below a folder models are looked for, and how many are shown: a home folder chosen by mistake must not be walked whole. */
const searchDepth = 4;
const maxCandidates = 200;
const maxFolders = 5000;

const modelExtensions = new Set(['.safetensors', '.gguf', '.onnx', '.ckpt', '.pt', '.pth', '.bin']);

/**
 * What a path holds. `path` exists, with links resolved; `isFolder` says what it is. `findRegistered` tells which model has an entry path.
 * Reads headers only, writes nothing.
 */
export async function classifyPath(
  path: string,
  isFolder: boolean,
  findRegistered: (entryPath: string) => ModelId | null,
): Promise<Classification> {
  if (!isFolder) return classifyFile(path);
  if (await hasModelIndex(path)) {
    return {
      path,
      kind: 'diffusers_directory',
      reasons: ['It holds a model_index.json, as diffusers writes it.'],
      candidates: [await candidateOf(path, findRegistered)],
    };
  }
  const found = await findBundles(path);
  const candidates = [];
  for (const folder of found) candidates.push(await candidateOf(folder, findRegistered));
  const isCache = basename(path).startsWith('models--') || found.some((folder) => snapshotRepository(folder) !== null);
  if (isCache && candidates.length > 0)
    return {
      path,
      kind: 'huggingface_cache',
      reasons: [`It is a Hugging Face cache with ${count(candidates.length, 'diffusers snapshot')}.`],
      candidates,
    };
  if (candidates.length > 0)
    return {
      path,
      kind: 'model_collection',
      reasons: [`It has no model_index.json itself, but ${count(candidates.length, 'folder')} below it do.`],
      candidates,
    };
  return {
    path,
    kind: 'unsupported',
    reasons: ['Neither this folder nor one below it holds a model_index.json, which every diffusers model has.'],
    candidates: [],
  };
}

/** The name a model gets when nobody gives one: its folder's, or its repository's in a Hugging Face cache. */
export function defaultNameOf(folder: string): string {
  return snapshotRepository(folder) ?? (basename(folder) || 'model');
}

/** `name` of `models--owner--name/snapshots/<revision>`, or null elsewhere. */
function snapshotRepository(folder: string): string | null {
  const snapshots = dirname(folder);
  if (basename(snapshots) !== 'snapshots') return null;
  const repository = basename(dirname(snapshots));
  return repository.startsWith('models--') ? (repository.split('--').at(-1) ?? null) : null;
}

function classifyFile(path: string): Classification {
  const extension = extname(path).toLowerCase();
  return modelExtensions.has(extension)
    ? {
        path,
        kind: 'single_file',
        reasons: [`It is one file of weights (${extension}). Vitrine takes folders in the diffusers layout.`],
        candidates: [],
      }
    : { path, kind: 'unsupported', reasons: ['It is a file, but none that holds a model.'], candidates: [] };
}

async function candidateOf(
  path: string,
  findRegistered: (entryPath: string) => ModelId | null,
): Promise<Classification['candidates'][number]> {
  const facts = await readDiffusersFolder(path);
  return {
    path,
    name: defaultNameOf(path),
    model_type: 'diffusion',
    family: facts.family,
    pipeline_class: facts.pipelineClass,
    precision: facts.precision,
    size_bytes: facts.sizeBytes,
    file_count: facts.fileCount,
    fingerprint: facts.fingerprint,
    validation_state: stateOf(facts.findings),
    validation_errors: [...facts.findings],
    already_registered_as: findRegistered(facts.rootPath),
  };
}

async function findBundles(root: string): Promise<string[]> {
  const found: string[] = [];
  let folders = [root];
  let seen = 0;
  for (let depth = 0; depth < searchDepth && folders.length > 0; depth += 1) {
    const below: string[] = [];
    for (const folder of folders) {
      for (const child of await childFolders(folder)) {
        seen += 1;
        if (found.length >= maxCandidates || seen > maxFolders) return found.sort();
        if (await hasModelIndex(child)) found.push(child);
        else below.push(child);
      }
    }
    folders = below;
  }
  return found.sort();
}

async function childFolders(folder: string): Promise<string[]> {
  const children: string[] = [];
  try {
    for await (const child of await opendir(folder))
      if (child.isDirectory() && !child.name.startsWith('.')) children.push(join(folder, child.name));
  } catch (error) {
    if (codeOf(error) === null) throw error;
  }
  return children;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
