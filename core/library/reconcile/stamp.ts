import { createHash } from 'node:crypto';
import { readdirSync, type Stats, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isOwnFileName } from '../metadata/own-files.ts';

/** Components lie one folder below a bundle's root; what lies deeper is no part of it. */
const stampDepth = 1;
/** Of files that are not there. */
export const missingStamp = '-';

/**
 * The cheap mark of a model's files: sizes and modification times, nothing opened. Two that are equal mean that nothing changed since the
 * first was taken; it is kept in the index, so that files which didn't change are not read again.
 */
export function modelStamp(recordStamp: string, sourceStamp: string): string {
  return `${recordStamp}|${sourceStamp}`;
}

/** The part of a model's mark that is of its source; empty where nothing is known of it. */
export function sourceStampIn(stamp: string): string {
  return stamp.split('|')[1] ?? '';
}

/** The mark of one file, `-` for none. */
export async function fileStamp(path: string): Promise<string> {
  return stampOfStats(await stat(path).catch(() => null));
}

export function fileStampSync(path: string): string {
  return stampOfStats(statOrNull(path));
}

/** The mark of a model's payload, a file or a bundle. `isOwned`: it stands in our folder, beside files of ours. */
export async function sourceStamp(path: string, isOwned: boolean): Promise<string> {
  const stats = await stat(path).catch(() => null);
  if (stats === null || !stats.isDirectory()) return stampOfStats(stats);
  const lines: string[] = [];
  const walk = async (folder: string, prefix: string, depth: number): Promise<void> => {
    const names = await readdir(folder).catch(() => ['?']);
    for (const name of payloadNames(names, isOwned && depth === 0)) {
      const found = await stat(join(folder, name)).catch(() => null);
      if (found?.isDirectory()) {
        if (depth < stampDepth) await walk(join(folder, name), `${prefix}${name}/`, depth + 1);
      } else lines.push(`${prefix}${name} ${stampOfStats(found)}`);
    }
  };
  await walk(path, '', 0);
  return stampOfLines(lines);
}

/** The same for a worker thread, where waiting is no matter and calls that don't wait are far slower. */
export function sourceStampSync(path: string, isOwned: boolean): string {
  const stats = statOrNull(path);
  if (stats === null || !stats.isDirectory()) return stampOfStats(stats);
  const lines: string[] = [];
  const walk = (folder: string, prefix: string, depth: number): void => {
    for (const name of payloadNames(namesIn(folder), isOwned && depth === 0)) {
      const found = statOrNull(join(folder, name));
      if (found?.isDirectory()) {
        if (depth < stampDepth) walk(join(folder, name), `${prefix}${name}/`, depth + 1);
      } else lines.push(`${prefix}${name} ${stampOfStats(found)}`);
    }
  };
  walk(path, '', 0);
  return stampOfLines(lines);
}

function payloadNames(names: readonly string[], isOurFolder: boolean): string[] {
  return names.filter((name) => !name.startsWith('.') && !(isOurFolder && isOwnFileName(name))).sort();
}

function stampOfStats(stats: Stats | null): string {
  return stats === null ? missingStamp : `${stats.mtimeMs}:${stats.size}`;
}

function stampOfLines(lines: readonly string[]): string {
  return createHash('sha1').update(lines.join('\n')).digest('base64url');
}

function statOrNull(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return ['?'];
  }
}
