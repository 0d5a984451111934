import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Written last by a build that went through. */
export const builtMark = join('dist', '.built');

const sources = ['core', 'electron', 'renderer', 'package.json', 'package-lock.json'];

/** Whether anything that goes into dist/ has changed since the last whole build. */
export function isBuildStale(root: string): boolean {
  const built = modifiedMs(join(root, builtMark));
  return built === null || sources.some((source) => newestMs(join(root, source)) > built);
}

function newestMs(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return stats?.mtimeMs ?? 0;
  // A folder's own time tells of files that were removed.
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

function modifiedMs(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null;
}
