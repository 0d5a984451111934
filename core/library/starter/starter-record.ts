import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { ModelId } from '../../contract/ids.ts';
import { writeFailure } from '../metadata/metadata-file.ts';
import { codeOf } from '../system-error.ts';

/** That the starter model was put into this library once, so that a user who removed it doesn't get it again. */
const StarterRecord = z.looseObject({ model_id: ModelId, adopted_at: z.string() });

export async function readStarterRecord(rootPath: string): Promise<ModelId | null> {
  try {
    return StarterRecord.parse(JSON.parse(await readFile(pathOf(rootPath), 'utf8'))).model_id;
  } catch (error) {
    // A damaged record costs a second copy of a small model at worst: the first one's folder is then found taken.
    if (codeOf(error) !== null || error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

export async function writeStarterRecord(rootPath: string, modelId: ModelId, now: Date): Promise<void> {
  const path = pathOf(rootPath);
  try {
    await writeFileAtomic(path, `${JSON.stringify({ model_id: modelId, adopted_at: now.toISOString() })}\n`, {
      fsync: true,
    });
  } catch (error) {
    throw writeFailure(path, error);
  }
}

function pathOf(rootPath: string): string {
  return join(rootPath, '.starter.json');
}
