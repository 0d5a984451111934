import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Written last by a build that went through. */
export const builtMark = join('dist', '.built');

const nodeSources = ['core', join('electron', 'build.ts'), 'package.json', 'package-lock.json'];
const sources = { all: [...nodeSources, 'electron', 'renderer'], node: nodeSources } as const;

/** Whether anything that goes into dist/ has changed since the last whole build: into all of it, or into what plain Node runs. */
export function isBuildStale(root: string, part: keyof typeof sources = 'all'): boolean {
  const built = modifiedMs(join(root, builtMark));
  return built === null || sources[part].some((source) => newestMs(join(root, source)) > built);
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
