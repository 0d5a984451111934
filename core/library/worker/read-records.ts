import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogEntry } from '../../catalog/catalog.ts';
import { ModelId } from '../../contract/ids.ts';
import { type MetadataRead, metadataFileName } from '../metadata/metadata-file.ts';
import { corruptRecord, entryOf } from '../metadata/projection.ts';
import { readMetadataSync } from '../metadata/read-metadata-sync.ts';
import { maxDepth } from '../metadata/registry-folder.ts';
import { codeOf } from '../system-error.ts';

/** Entries that are handed on at once: between threads each message has its price. */
const batchSize = 250;
/** An id has at least three segments: folders above that depth hold no record. */
const minSegments = 3;
/**
 * Every record below `models/` as the index takes it, some at a time, a damaged one with its finding and none with a stamp: health is
 * as written, and the files are looked at when disk and index are next brought together. Links are not followed, hidden folders not entered.
 * For a worker thread: it blocks, which reads ten times as many files as waiting for each.
 */
export function* readRecords(modelsPath: string, now: Date): Generator<readonly CatalogEntry[]> {
  let batch: CatalogEntry[] = [];
  for (const entry of readBelow(modelsPath, [], now)) {
    batch.push(entry);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

function* readBelow(folder: string, segments: readonly string[], now: Date): Generator<CatalogEntry> {
  const children = childrenOf(folder);
  // What lies beside a metadata.json is that model's payload.
  if (children.some(({ name }) => name === metadataFileName)) return;
  for (const child of children) {
    if (!child.isDirectory() || child.name.startsWith('.')) continue;
    const path = join(folder, child.name);
    const below = [...segments, child.name];
    // Asked for without a look at the folder: nearly every folder at this depth is a model's.
    const read = below.length < minSegments ? null : readMetadataSync(join(path, metadataFileName));
    if (read !== null && read.kind !== 'missing') {
      const entry = entryAt(below.join('/').normalize('NFC'), read, now);
      if (entry !== null) yield entry;
    } else if (below.length <= maxDepth) yield* readBelow(path, below, now);
  }
}

function entryAt(
  place: string,
  read: Exclude<MetadataRead, { readonly kind: 'missing' }>,
  now: Date,
): CatalogEntry | null {
  const id = ModelId.safeParse(place);
  if (!id.success) return null;
  // The place is the id: a record that was moved by hand belongs to where it is now.
  const record =
    read.kind === 'read' ? { ...read.metadata, model_id: id.data } : corruptRecord(id.data, null, read.reason, now);
  return entryOf(record);
}

function childrenOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return [];
  }
}
