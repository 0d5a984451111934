import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { ModelFacts } from '../../formats/model-facts.ts';
import { ownFileNames } from '../metadata/own-files.ts';
import type { SourcePath } from '../source-path.ts';
import { codeOf } from '../system-error.ts';

/** One file of a model that is brought in. */
export interface PayloadFile {
  /** As the source has it, links not followed. */
  readonly path: string;
  /** What is read. */
  readonly realPath: string;
  /** Below the model's own folder. */
  readonly target: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

export interface Payload {
  readonly files: readonly PayloadFile[];
  /** Folders of the source that hold them, the deepest first. */
  readonly folders: readonly string[];
  /** Whether some are links: a rename would tear them off what they lead to. */
  readonly hasLinks: boolean;
  readonly sizeBytes: number;
}

const maxDepth = 8;

/**
 * The files that a copy takes. Hidden ones are left out, as every reader does; links are followed inside the bundle and into the `blobs/`
 * of the Hugging Face cache that it is a snapshot of, others are left where they are. `source` has its links resolved.
 */
export async function payloadOf(
  source: SourcePath,
  facts: Pick<ModelFacts, 'bundleFormat' | 'files'>,
): Promise<Payload> {
  return facts.bundleFormat === 'single_file' ? payloadOfFile(source, facts.files) : payloadOfFolder(source.real);
}

/** The name that a file of the source takes in the model's folder, where some names are ours. */
export function targetNameOf(name: string): string {
  return ownFileNames.includes(name) ? `${name}.original` : name;
}

async function payloadOfFile(source: SourcePath, paths: readonly string[]): Promise<Payload> {
  const folder = dirname(source.real);
  const files: PayloadFile[] = [];
  for (const path of new Set([source.real, ...paths])) {
    const below = relative(folder, path);
    // A link into a cache's blobs has the name that tells what the file is.
    const name = path === source.real ? source.given : path;
    const target =
      path === source.real || below.startsWith('..') || isAbsolute(below)
        ? targetNameOf(basename(name))
        : below.split(sep).join('/');
    const stats = await stat(path);
    files.push({ path, realPath: path, target, sizeBytes: stats.size, mtimeMs: stats.mtimeMs });
  }
  return { files, folders: [], hasLinks: false, sizeBytes: sum(files) };
}

async function payloadOfFolder(root: string): Promise<Payload> {
  const files: PayloadFile[] = [];
  const folders: string[] = [];
  let hasLinks = false;
  const isAllowed = (path: string) =>
    path.startsWith(root + sep) ||
    (basename(dirname(root)) === 'snapshots' && path.startsWith(join(root, '..', '..', 'blobs') + sep));

  const walk = async (folder: string, target: string, depth: number): Promise<void> => {
    for (const child of await readdir(folder, { withFileTypes: true })) {
      if (child.name.startsWith('.')) continue;
      const path = join(folder, child.name);
      const childTarget = target === '' ? targetNameOf(child.name) : `${target}/${child.name}`;
      let realPath = path;
      if (child.isSymbolicLink()) {
        hasLinks = true;
        const resolved = await realpath(path).catch((error: unknown) =>
          codeOf(error) === null ? Promise.reject(error) : null,
        );
        if (resolved === null || !isAllowed(resolved)) continue;
        realPath = resolved;
      }
      const stats = await stat(realPath);
      if (stats.isDirectory()) {
        if (depth < maxDepth && !child.isSymbolicLink()) await walk(path, childTarget, depth + 1);
      } else if (stats.isFile())
        files.push({ path, realPath, target: childTarget, sizeBytes: stats.size, mtimeMs: stats.mtimeMs });
    }
    folders.push(folder);
  };
  await walk(root, '', 0);
  return { files, folders, hasLinks, sizeBytes: sum(files) };
}

function sum(files: readonly PayloadFile[]): number {
  return files.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}
