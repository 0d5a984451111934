import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { ModelId } from '../../contract/ids.ts';
import { writeFailure } from '../metadata/metadata-file.ts';
import { syncFolder } from '../sync-folder.ts';
import { codeOf } from '../system-error.ts';

/** Copies on their way in: a kill leaves them, the next start removes them. Their sources are whole. */
export const copyPrefix = 'copy-';
/** Files of the user on their way in, renamed out of their old place: never removed, but brought home or taken in at the next start. */
export const movePrefix = 'move-';

const MovedFile = z.object({ path: z.string(), target: z.string(), size_bytes: z.number(), mtime_ms: z.number() });

/**
 * What is about to happen to files that are moved, written before it does, so that a start after a kill can finish or undo it.
 * `rename`: the source is renamed into `move-<id>`. `remove_source`: a whole copy is renamed to the model's place, then the source goes.
 */
export const MoveIntent = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('rename'),
    files: z.array(z.object({ path: z.string(), target: z.string() })).describe('A bundle is one, with the target ""'),
  }),
  z.object({
    kind: z.literal('remove_source'),
    model_id: ModelId,
    files: z.array(MovedFile),
    folders: z.array(z.string()),
  }),
]);
export type MoveIntent = z.infer<typeof MoveIntent>;

/** One way in: its folder inside the library, and the file of its intent. */
export interface Arrival {
  readonly folder: string;
  readonly intentPath: string;
}

export function incomingPathOf(rootPath: string): string {
  return join(rootPath, '.incoming');
}

/** Throws `disk_full`, `write_failed`. */
export async function newArrival(rootPath: string, prefix: typeof copyPrefix | typeof movePrefix): Promise<Arrival> {
  const incoming = incomingPathOf(rootPath);
  const id = randomUUID();
  try {
    await mkdir(incoming, { recursive: true });
  } catch (error) {
    throw writeFailure(incoming, error);
  }
  return { folder: join(incoming, prefix + id), intentPath: intentPathOf(incoming, id) };
}

export function intentPathOf(incoming: string, id: string): string {
  return join(incoming, `${id}.json`);
}

/** Durable when it returns. Throws `disk_full`, `write_failed`. */
export async function writeIntent({ intentPath }: Arrival, intent: MoveIntent): Promise<void> {
  try {
    await writeFileAtomic(intentPath, JSON.stringify(intent), { fsync: true });
    await syncFolder(join(intentPath, '..'));
  } catch (error) {
    throw writeFailure(intentPath, error);
  }
}

/** Null when there is none, or none that can be read. */
export async function readIntent(intentPath: string): Promise<MoveIntent | null> {
  try {
    return MoveIntent.parse(JSON.parse(await readFile(intentPath, 'utf8')));
  } catch (error) {
    if (codeOf(error) !== null || error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

export async function dropIntent({ intentPath }: Pick<Arrival, 'intentPath'>): Promise<void> {
  await rm(intentPath, { force: true });
}
