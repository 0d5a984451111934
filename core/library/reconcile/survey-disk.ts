import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { IndexedRow, IndexedRows } from '../../catalog/indexed-rows.ts';
import { ModelId } from '../../contract/ids.ts';
import { metadataFileName } from '../metadata/metadata-file.ts';
import { payloadPath } from '../payload-path.ts';
import type { SurveyTask } from '../worker/messages.ts';
import { confirmModel } from './confirm-model.ts';
import type { DiskFact } from './plan-reconcile.ts';
import { SiblingNames } from './sibling-names.ts';
import { fileStampSync, missingStamp, modelStamp, sourceStampSync } from './stamp.ts';

/** `<type>/<family>/<name>`, and room for folders that people sort their own models into. */
const minSegments = 3;
const maxDepth = 12;
const weightsName = /\.(safetensors|gguf|onnx)$/i;
/** What browsers, download managers and our own kind leave while they write. */
const unfinishedName = /\.(part|partial|crdownload|download|incomplete|tmp|aria2|!qb|filepart|opdownload)$/i;
/** Components of a bundle whose model_index.json isn't there yet: no models of their own. */
const componentName =
  /^(unet|vae|vae_1_0|text_encoder(_\d)?|tokenizer(_\d)?|transformer(_\d)?|scheduler|image_encoder|safety_checker|feature_extractor|prior|decoder)$/;
const shardName = /-\d{5}-of-\d{5}\./;

/**
 * What the disk has of the models against what the index has of them: every record below `models/` by the stamp of its files, payloads without
 * a record, and what isn't finished. Of a model with another stamp, record and files are read: most often, and of all models after the index
 * was made anew, nothing else about them is another. Links are not followed, hidden folders not entered. It blocks between pauses.
 */
export async function* surveyDisk(
  rows: Pick<IndexedRows, 'slices' | 'recordOf'>,
  task: SurveyTask,
): AsyncGenerator<DiskFact> {
  const isSilent = isOn(task.silentMounts);
  const isSlow = isOn(task.slowMounts);
  const indexed: Survey['indexed'] = new Map();
  const siblings = new SiblingNames();
  let compared = 0;
  for (const slice of rows.slices()) {
    for (const row of slice) {
      const folder = task.modelsPath + sep + row.model_id;
      const difference = compare(row, folder, isSilent);
      indexed.set(row.model_id, difference);
      // A drive that may stop to answer is asked where that is looked out for.
      if (difference === null || isSlow(row.entry_path)) continue;
      const { indexed: before, stamp, sourceStamp } = difference;
      const record = rows.recordOf(row.row);
      if (record === null) continue;
      const findings = await confirmModel({ row, folder, indexed: record, sourceStamp }, siblings).catch(() => null);
      if (findings !== null) {
        indexed.set(row.model_id, null);
        yield { kind: 'confirmed', id: row.model_id, indexed: before, stamp, findings };
      } else yield { kind: 'pause', compared };
    }
    compared += slice.length;
    yield { kind: 'pause', compared };
  }
  yield* survey(task.modelsPath, [], { ...task, indexed });
  for (const id of indexed.keys()) yield { kind: 'gone', id };
}

function isOn(mounts: readonly string[]): (path: string) => boolean {
  const beginnings = mounts.map((mount) => (mount.endsWith(sep) ? mount : mount + sep));
  return (path) => beginnings.some((mount) => path.startsWith(mount));
}

/** How the files of a model differ from what the index has. */
interface Difference extends Pick<Extract<DiskFact, { readonly kind: 'changed' }>, 'indexed' | 'stamp'> {
  readonly sourceStamp: string;
}

interface Survey extends Pick<SurveyTask, 'modelsPath' | 'settledBeforeMs'> {
  /** The models of the index that the walk has not come to; null for those that are as the index has them. */
  readonly indexed: Map<ModelId, Difference | null>;
}

/** Found by what the index has, without a look into the model's folder: for nearly all models two stats are the whole survey. */
function compare(row: IndexedRow, folder: string, isSilent: (path: string) => boolean): Difference | null {
  const record = fileStampSync(folder + sep + metadataFileName);
  const isOwned = row.storage_kind === 'library_owned';
  const isAsked = isOwned || !isSilent(row.entry_path);
  const sourceStamp = isAsked ? sourceStampSync(payloadPath(folder, row), isOwned) : missingStamp;
  const stamp = modelStamp(record, sourceStamp);
  return row.stamp === stamp && record !== missingStamp ? null : { indexed: row.stamp, stamp, sourceStamp };
}

function* survey(folder: string, segments: readonly string[], context: Survey): Generator<DiskFact> {
  const id = segments.length < minSegments ? null : idOf(segments);
  if (id !== null && context.indexed.get(id) === null) {
    context.indexed.delete(id);
    yield { kind: 'same' };
    return;
  }
  const children = childrenOf(folder);
  if (children.some(({ name }) => name === metadataFileName)) {
    // What lies beside a metadata.json is that model's payload.
    if (id !== null) yield recordFact(id, context);
    return;
  }
  const files = children.filter((child) => child.isFile() && !child.name.startsWith('.')).map(({ name }) => name);
  const isBundle = files.includes('model_index.json');
  const unfinished = unfinishedIn(folder, files, isBundle, context);
  if (isBundle) {
    if (unfinished !== null) yield { kind: 'unfinished', path: folder, reason: unfinished };
    else yield { kind: 'orphan', path: folder, isFolder: true };
    return;
  }
  yield* looseFiles(folder, files, unfinished, segments, context);
  if (segments.length >= maxDepth) return;
  for (const child of children)
    if (child.isDirectory() && !child.name.startsWith('.'))
      yield* survey(join(folder, child.name), [...segments, child.name], context);
}

function* looseFiles(
  folder: string,
  files: readonly string[],
  unfinished: string | null,
  segments: readonly string[],
  { settledBeforeMs }: Survey,
): Generator<DiskFact> {
  const weights = files.filter((name) => weightsName.test(name));
  if (unfinished !== null && weights.length === 0) {
    yield { kind: 'unfinished', path: folder, reason: unfinished };
    return;
  }
  const isComponent = componentName.test(segments.at(-1) ?? '');
  for (const name of weights) {
    const path = join(folder, name);
    const reason =
      unfinished ??
      (isComponent ? 'it looks like a part of a bundle whose model_index.json is not there' : null) ??
      (shardName.test(name) ? 'it is one of several shards' : null) ??
      (segments.length >= 3 && weights.length > 1
        ? 'its folder holds several models; give each a folder of its own'
        : null) ??
      (changedAt(path) > settledBeforeMs ? stillWritten : null);
    yield reason === null ? { kind: 'orphan', path, isFolder: false } : { kind: 'unfinished', path, reason };
  }
}

function idOf(segments: readonly string[]): ModelId | null {
  const id = ModelId.safeParse(segments.join('/').normalize('NFC'));
  return id.success ? id.data : null;
}

function recordFact(id: ModelId, { indexed }: Survey): DiskFact {
  const difference = indexed.get(id);
  if (difference === undefined) return { kind: 'new', id };
  indexed.delete(id);
  if (difference === null) return { kind: 'same' };
  return { kind: 'changed', id, indexed: difference.indexed, stamp: difference.stamp };
}

const stillWritten = 'it changed a moment ago and may still be being written';

/** Why a folder's content isn't finished; of a bundle, its components are asked too. */
function unfinishedIn(
  folder: string,
  files: readonly string[],
  isBundle: boolean,
  { settledBeforeMs }: Survey,
): string | null {
  const partial = files.find((name) => unfinishedName.test(name));
  if (partial !== undefined) return `"${partial}" is a download that is not finished`;
  if (!isBundle) return null;
  for (const name of files) if (changedAt(join(folder, name)) > settledBeforeMs) return stillWritten;
  for (const child of childrenOf(folder)) {
    if (!child.isDirectory() || child.name.startsWith('.')) continue;
    const below = join(folder, child.name);
    const names = childrenOf(below).map(({ name }) => name);
    const found = names.find((name) => unfinishedName.test(name));
    if (found !== undefined) return `"${child.name}/${found}" is a download that is not finished`;
    for (const name of names) if (changedAt(join(below, name)) > settledBeforeMs) return stillWritten;
  }
  return null;
}

/** When content or name last changed; a copy that keeps modification times changes this one all the same. */
function changedAt(path: string): number {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? 0 : Math.max(stats.ctimeMs, stats.mtimeMs);
  } catch {
    return 0;
  }
}

function childrenOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
