import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** What belongs to the program itself: in a checkout beside the sources, else beside what was built from them. */
export interface ProgramFiles {
  /** The runner process's program. */
  readonly runnerEntry: string;
  /** The program of the library's worker threads. */
  readonly libraryWorkerEntry: string;
  /** The program of the thread that makes links in other apps' folders. */
  readonly linkThreadEntry: string;
  /** The program of the thread that counts a prompt's tokens. */
  readonly promptCounterEntry: string;
  /** The program of the process that reads and writes pictures. */
  readonly imagingEntry: string;
  /** The folder of the built window; null where that was not built. */
  readonly rendererFolder: string | null;
  /** The model that ships with the program; null where it was left out. */
  readonly starterBundle: string | null;
  /** Where the folders of other apps are described; null where that was left out. */
  readonly mappingRules: string | null;
  readonly version: string;
  /** Whether it was installed, without its sources. */
  readonly isPackaged: boolean;
  /** Of onnxruntime-node; null where it is not installed. */
  readonly runtimeVersion: string | null;
}

/** Looks around `from`, the folder of the running program's own file. */
export function findProgramFiles(from: string = import.meta.dirname): ProgramFiles {
  const root = packageRoot(from);
  // What processes and threads of plain Node run lies beside a package's archive: they can't read in it.
  const outside = root.endsWith('.asar') ? `${root}.unpacked` : root;
  return {
    runnerEntry: sourceOr(join(from, 'runner', 'entry.ts'), join(outside, 'dist', 'runner', 'entry.mjs')),
    libraryWorkerEntry: sourceOr(
      join(from, 'library', 'worker', 'entry.ts'),
      join(outside, 'dist', 'node', 'library-worker.mjs'),
    ),
    linkThreadEntry: sourceOr(
      join(from, 'mapping', 'thread', 'entry.ts'),
      join(outside, 'dist', 'node', 'link-thread.mjs'),
    ),
    promptCounterEntry: sourceOr(
      join(from, 'runner', 'prompt-counter', 'entry.ts'),
      join(outside, 'dist', 'node', 'prompt-counter.mjs'),
    ),
    imagingEntry: sourceOr(
      join(from, 'processing', 'imaging', 'process', 'entry.ts'),
      join(outside, 'dist', 'imaging', 'entry.mjs'),
    ),
    rendererFolder: existsSync(join(root, 'dist', 'renderer', 'index.html')) ? join(root, 'dist', 'renderer') : null,
    isPackaged: !existsSync(join(root, 'core')),
    starterBundle: firstThere(besides(root, 'starter-model', 'bundle')),
    mappingRules: firstThere(besides(root, 'mappings')),
    version: versionIn(join(root, 'package.json')) ?? '0.0.0',
    runtimeVersion: runtimeVersion(),
  };
}

/** Where resources of ours may lie: in a checkout's own folder for them, or beside a package's archive. */
function besides(root: string, ...parts: readonly string[]): readonly string[] {
  return [join(root, 'resources', ...parts), join(root, '..', ...parts)];
}

function firstThere(places: readonly string[]): string | null {
  return places.find((place) => existsSync(place)) ?? null;
}

function sourceOr(source: string, built: string): string {
  return existsSync(source) ? source : built;
}

function packageRoot(from: string): string {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return from;
}

/** Read, not imported: importing it would load the native library into this process. */
function runtimeVersion(): string | null {
  const folders = createRequire(import.meta.url).resolve.paths('onnxruntime-node') ?? [];
  const found = folders
    .map((folder) => join(folder, 'onnxruntime-node', 'package.json'))
    .find((path) => existsSync(path));
  return found === undefined ? null : versionIn(found);
}

const Package = z.looseObject({ version: z.string() });

function versionIn(path: string): string | null {
  try {
    return Package.parse(JSON.parse(readFileSync(path, 'utf8'))).version;
  } catch {
    return null;
  }
}
