import { basename, dirname, isAbsolute, join, posix, relative, sep } from 'node:path';
import { realpath, stat } from '../file-calls.ts';
import { readFaultOf } from '../read-bounded.ts';
import { WeightsFault } from '../weights/safetensors.ts';

/** `path` is absolute, links resolved; `location` is what the graph calls it, below its folder, forward slashes. */
export interface ExternalFile {
  readonly path: string;
  readonly location: string;
}

/** Where a tensor's data lies when it isn't in the graph itself. */
export interface ExternalPlace {
  readonly location: string;
  readonly endBytes: number;
}

/**
 * The files that a graph's external data lies in. Throws `WeightsFault`: `path_escape` for a place outside the
 * folder of the graph (or the blobs of its Hugging Face cache), `missing_weights`, `truncated_weights`.
 */
export async function locateExternalData(graphPath: string, places: readonly ExternalPlace[]): Promise<ExternalFile[]> {
  const ends = new Map<string, number>();
  for (const { location, endBytes } of places) ends.set(location, Math.max(ends.get(location) ?? 0, endBytes));
  const files: ExternalFile[] = [];
  for (const [location, endBytes] of ends)
    files.push({ path: await locate(graphPath, location, endBytes), location: posix.normalize(location) });
  return files.sort((a, b) => (a.location < b.location ? -1 : 1));
}

async function locate(graphPath: string, location: string, endBytes: number): Promise<string> {
  const shown = JSON.stringify(location.length > 80 ? `${location.slice(0, 80)}…` : location);
  const outside = () =>
    new WeightsFault(
      'path_escape',
      graphPath,
      `The graph names weights outside its folder: ${shown}. Such a file is not opened; get it from somewhere else.`,
    );
  if (isOutside(location)) throw outside();
  const folder = dirname(graphPath);
  const path = join(folder, location);
  try {
    const real = await realpath(path);
    if (!(await mayHold(folder, real)) && !(await mayHold(dirname(await realpath(graphPath)), real))) throw outside();
    const stats = await stat(real);
    if (!stats.isFile())
      throw new WeightsFault('component_unreadable', graphPath, `The file of weights ${shown} is not a file.`);
    if (stats.size < endBytes)
      throw new WeightsFault(
        'truncated_weights',
        path,
        `The file of weights ${shown} has ${stats.size} bytes, but the graph uses ${endBytes}. Download it again.`,
      );
    return real;
  } catch (error) {
    if (error instanceof WeightsFault) throw error;
    const fault = readFaultOf(error);
    throw new WeightsFault(
      fault.problem === 'missing' ? 'missing_weights' : 'component_unreadable',
      graphPath,
      `The graph keeps its weights in ${shown}, which ${fault.reason}. Download that file too, and put it beside the graph.`,
      { cause: error },
    );
  }
}

function isOutside(location: string): boolean {
  if (location === '' || location.includes('\0') || isAbsolute(location)) return true;
  if (/^[A-Za-z]:/.test(location) || /^[\\/]/.test(location)) return true;
  return location.split(/[\\/]/).includes('..');
}

/** Whether a file is below the folder, or in the `blobs` of the cache repository that the folder is part of. */
async function mayHold(folder: string, real: string): Promise<boolean> {
  const root = await realpath(folder);
  if (isInside(root, real)) return true;
  const segments = root.split(sep);
  const at = segments.lastIndexOf('snapshots');
  if (at < 1 || !(segments[at - 1] ?? '').startsWith('models--')) return false;
  return dirname(real) === join(segments.slice(0, at).join(sep), 'blobs') && basename(real) !== '';
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
