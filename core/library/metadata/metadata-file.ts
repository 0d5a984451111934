import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { Failed } from '../../contract/failure.ts';
import { FindingCode } from '../../contract/library/finding.ts';
import { Metadata } from '../../contract/library/metadata.ts';
import { codeOf } from '../system-error.ts';

export const metadataFileName = 'metadata.json';

/** Real files are some KiB; notes of a user may add some more. */
export const maxMetadataBytes = 8 * 2 ** 20;

/** What a metadata.json says. `corrupt`: it is there but is no record; `reason` is a clause that follows the file's name. */
export type MetadataRead =
  | { readonly kind: 'read'; readonly metadata: Metadata }
  | { readonly kind: 'corrupt'; readonly reason: string }
  | { readonly kind: 'missing' };

/** Reads a metadata.json; whatever it holds, this answers and doesn't throw. */
export async function readMetadataFile(path: string): Promise<MetadataRead> {
  try {
    const stats = await stat(path);
    // Asked before the file is opened: the open of a FIFO would wait for ever.
    if (!stats.isFile()) return { kind: 'corrupt', reason: 'is not a file' };
    if (stats.size > maxMetadataBytes)
      return { kind: 'corrupt', reason: `has ${stats.size} bytes, too many for a record` };
    return parseMetadata(await readFile(path, 'utf8'));
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
    if (code === null) throw error;
    return { kind: 'corrupt', reason: `could not be read (${code})` };
  }
}

/** The pure part of {@link readMetadataFile}. */
export function parseMetadata(text: string): MetadataRead {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'corrupt', reason: text.trim() === '' ? 'is empty' : 'is not JSON' };
  }
  const checked = Metadata.safeParse(withoutForeignFindings(json));
  if (checked.success) return { kind: 'read', metadata: checked.data };
  const issue = checked.error.issues[0];
  return {
    kind: 'corrupt',
    reason: `has a wrong field: ${issue?.path.join('.') || 'the whole'}, ${issue?.message ?? ''}`,
  };
}

/** Codes of findings are added over time: those of a newer version are not this one's to judge, and are no reason to call the file corrupt. */
function withoutForeignFindings(json: unknown): unknown {
  const checked = WithFindings.safeParse(json);
  if (!checked.success || checked.data.validation_errors.length === 0) return json;
  const known = checked.data.validation_errors.filter((finding) => KnownFinding.safeParse(finding).success);
  return { ...Object(json), validation_errors: known };
}

// Made once: a library of a hundred thousand records is read through these.
const WithFindings = z.object({ validation_errors: z.array(z.unknown()) });
const KnownFinding = z.looseObject({ code: FindingCode });

/**
 * Writes a metadata.json by temporary file, fsync and rename: a reader sees the old or the new, never a half. Makes its folder.
 * Throws `disk_full` or `write_failed`.
 */
export async function writeMetadataFile(path: string, metadata: Metadata): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, `${JSON.stringify(metadata, null, 2)}\n`, { fsync: true });
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** The failure of a write; a bug is passed on as it is. */
export function writeFailure(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === null) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new Failed('disk_full', { path }, { cause: error });
  const reason =
    code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
      ? 'this user may not write there. Change the permissions, or choose another library folder.'
      : `the system answered ${code}.`;
  return new Failed('write_failed', { path, reason }, { cause: error });
}
