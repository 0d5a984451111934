import { join } from 'node:path';
import type { IndexedRow } from '../../catalog/indexed-rows.ts';
import type { Finding } from '../../contract/library/finding.ts';
import { readModelFacts } from '../../formats/model-facts.ts';
import { isVolumeOffline } from '../health/volume.ts';
import { metadataFileName } from '../metadata/metadata-file.ts';
import { ownFileNames } from '../metadata/own-files.ts';
import { readMetadataSync } from '../metadata/read-metadata-sync.ts';
import { payloadPath } from '../payload-path.ts';
import { changeBetween, isKnownFormat, refreshedRecord } from '../record.ts';
import type { SiblingNames } from './sibling-names.ts';

export interface Unconfirmed {
  readonly row: IndexedRow;
  /** The model's own folder. */
  readonly folder: string;
  /** Its record as the index has it. */
  readonly indexed: string;
  /** Of its files, taken just before. */
  readonly sourceStamp: string;
}

/**
 * A look at a model's record and files that finds them as the index has them: what is wrong with it then. Null where anything differs, or can't be
 * told from here: `ModelStore.look` says what. Nothing is written, so that it can be done in a thread beside whatever else goes on.
 */
export async function confirmModel(
  { row, folder, indexed, sourceStamp }: Unconfirmed,
  siblings: SiblingNames,
): Promise<readonly Finding[] | null> {
  const read = readMetadataSync(join(folder, metadataFileName));
  if (read.kind !== 'read') return null;
  const record = { ...read.metadata, model_id: row.model_id };
  if (!isKnownFormat(record) || JSON.stringify(record) !== indexed) return null;
  const isOwned = record.storage_kind === 'library_owned';
  const path = payloadPath(folder, record);
  const isFile = record.bundle_format === 'single_file';
  const facts = await readModelFacts(path, {
    ...(isOwned && { ignore: ownFileNames }),
    ...(isFile && { siblings: siblings.beside(path) }),
  });
  const isMissing = facts.findings.some(({ code }) => code === 'path_not_found');
  const isOffline = isMissing && (await isVolumeOffline(record.entry_path));
  const current = refreshedRecord(record, facts, { isOffline, sourceStamp });
  return changeBetween(record, current) === null ? record.validation_errors : null;
}
