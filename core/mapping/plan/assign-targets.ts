import { basename, extname } from 'node:path';
import type { ModelId } from '../../contract/ids.ts';
import type { MappingReason } from '../../contract/mapping/mapping.ts';
import type { Place, RuleFile } from '../rules/rule-file.ts';
import type { Steps } from '../slices.ts';
import type { MappableModel } from './mappable-model.ts';
import { foldedName, type StandingLink } from './snapshot.ts';

/** Where a model shall stand: `path` is below the app's folder. Or why it shall not. */
export type Assignment =
  | { readonly kind: 'wanted'; readonly place: Place; readonly path: string }
  | { readonly kind: 'excluded'; readonly reason: ExcludeReason };

export type Assignments = ReadonlyMap<ModelId, Assignment>;

export type ExcludeReason = Extract<
  MappingReason,
  'external_reference' | 'not_valid' | 'no_place' | 'file_kind' | 'unsafe_name'
>;

/**
 * Gives every model its place and name: no two the same, on any drive. A model whose link stands keeps its name; else the file's own name, and
 * where another has that, the model's name behind it. Pure, and independent of the order of the models; stops after each.
 */
export function* assignTargets(
  models: readonly MappableModel[],
  rules: Pick<RuleFile, 'places'>,
  standing: readonly Pick<StandingLink, 'modelId' | 'path' | 'link' | 'state'>[],
): Steps<Assignments> {
  const assignments = new Map<ModelId, Assignment>();
  const taken = new Set<string>();
  const own = new Map<ModelId, string[]>();
  for (const link of standing) {
    const path = folderPathOf(link, rules);
    taken.add(foldedName(path));
    const paths = own.get(link.modelId);
    // One of another name may stand beside one that somebody replaced.
    const isThere = link.state !== 'gone' && link.state !== 'replaced';
    if (paths === undefined) own.set(link.modelId, [path]);
    else if (isThere) paths.unshift(path);
    else paths.push(path);
  }
  const placesOf = Map.groupBy(rules.places, ({ model_type }) => model_type);
  const sorted = [...models].sort((a, b) => (a.model_id < b.model_id ? -1 : a.model_id > b.model_id ? 1 : 0));
  for (const model of sorted) {
    yield;
    const place = placeOf(model, placesOf.get(model.model_type) ?? []);
    if (typeof place === 'string') {
      assignments.set(model.model_id, { kind: 'excluded', reason: place });
      continue;
    }
    const kept = own.get(model.model_id)?.find((path) => isIn(place.path, path));
    const path = kept ?? freePath(model, place.path, taken);
    if (kept === undefined) taken.add(foldedName(path));
    assignments.set(model.model_id, { kind: 'wanted', place, path });
  }
  return assignments;
}

/** The path of a link below the root; of a config entry the one that a link in its place would have. */
export function folderPathOf(
  { path, link }: Pick<StandingLink, 'path' | 'link'>,
  { places }: Pick<RuleFile, 'places'>,
): string {
  if (link !== 'config') return path;
  const [key = '', name = ''] = path.slice(path.indexOf('#') + 1).split('/');
  return `${places.find(({ config_key }) => config_key === key)?.path ?? key}/${name}`;
}

/** Whether a path is one of a folder's own entries. */
function isIn(folder: string, path: string): boolean {
  return path.lastIndexOf('/') === folder.length && path.startsWith(folder);
}

/** Of the places of its type. */
function placeOf(model: MappableModel, places: readonly Place[]): Place | ExcludeReason {
  if (model.storage_kind === 'external_reference') return 'external_reference';
  if (model.validation_state !== 'valid') return 'not_valid';
  if (places.length === 0) return 'no_place';
  const isFile = model.bundle_format === 'single_file';
  const extension = isFile ? extname(model.path).toLowerCase() : '';
  const place = places.find(
    ({ bundle_format, extensions }) =>
      bundle_format === model.bundle_format && (!isFile || extensions.includes(extension)),
  );
  if (place === undefined) return 'file_kind';
  return isSafeName(basename(model.path)) ? place : 'unsafe_name';
}

/** A path in a folder that `taken`, of folded names, does not hold. */
export function freePath(
  model: Pick<MappableModel, 'model_id' | 'path' | 'bundle_format'>,
  folder: string,
  taken: Pick<ReadonlySet<string>, 'has'>,
): string {
  const name = basename(model.path);
  const plain = `${folder}/${name}`;
  if (!taken.has(foldedName(plain))) return plain;
  const extension = model.bundle_format === 'single_file' ? extname(name) : '';
  const stem = name.slice(0, name.length - extension.length);
  const own = model.model_id.split('/').at(-1) ?? '';
  for (let count = 1; ; count += 1) {
    const tail = count === 1 ? `-${own}` : `-${own}-${count}`;
    const path = `${folder}/${stem}${tail}${extension}`;
    if (!taken.has(foldedName(path))) return path;
  }
}

/** No app could be given such a name: hidden, of several lines, a path to Windows, or too long with a tail behind it. */
function isSafeName(name: string): boolean {
  for (let at = 0; at < name.length; at += 1) if (name.charCodeAt(at) < 0x20) return false;
  return !name.startsWith('.') && !name.includes('\\') && Buffer.byteLength(name) <= 200;
}
