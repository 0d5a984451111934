import { constants, type Dirent } from 'node:fs';
import { access, lstat, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelId } from '../../contract/ids.ts';
import { ConfigUnusable } from '../config/config-entry.ts';
import { readUsableConfig } from '../config/config-file.ts';
import { eachOf } from '../each-of.ts';
import type { LedgerLink } from '../ledger/ledger.ts';
import { isSameFile } from '../links/entry-identity.ts';
import type { LinkSystem } from '../links/link-system.ts';
import { lookAtEach, standingLinkOf } from '../links/standing-link.ts';
import type { RuleFile } from '../rules/rule-file.ts';
import { inSlices } from '../slices.ts';
import { systemCode } from '../system-error.ts';
import type { LinkThread } from '../thread/link-thread.ts';
import { type Assignments, assignTargets } from './assign-targets.ts';
import type { MappableModel } from './mappable-model.ts';
import { isSameContent } from './same-content.ts';
import {
  type ConfigState,
  type FolderName,
  type FolderState,
  type Occupant,
  type StandingLink,
  splitPath,
  type TargetSnapshot,
} from './snapshot.ts';

export interface SnapshotOf {
  /** Absolute, links resolved. */
  readonly root: string;
  readonly rules: Pick<RuleFile, 'places' | 'config'>;
  readonly models: () => Promise<readonly MappableModel[]>;
  readonly ledger: readonly LedgerLink[];
  readonly links: LinkSystem;
  readonly thread: LinkThread;
}

export interface SnapshotRead {
  readonly snapshot: TargetSnapshot;
  readonly models: readonly MappableModel[];
  /** The places of these models. */
  readonly assignments: Assignments;
}

/** Reads how an app's folder stands, while the library tells of its models: only what a plan for these asks. Writes nothing, follows no link. */
export async function readSnapshot({ root, rules, models, ledger, links, thread }: SnapshotOf): Promise<SnapshotRead> {
  const configPath = rules.config === undefined ? null : join(root, ...rules.config.path.split('/'));
  const config = await readConfigState(configPath);
  const asked = models();
  const paths = asked.then((all) => new Map(all.map(({ model_id, path }) => [model_id, path])));
  // Where no model has two links its name does not depend on how they are: it is found while the drive is asked.
  const early = hasTwins(ledger) ? null : asked.then((all) => assign(all, rules, ledger.map(unseenLinkOf)));
  const [known, seen, folders, support] = await Promise.all([
    asked,
    lookAtEach(ledger, { paths, configEntries: config.entries, thread }),
    readFolders(root, rules, ledger),
    links.support(root),
    paths,
    early,
  ]);
  const standing = seen.map(standingLinkOf);
  standing.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.index - b.index));
  const assignments = await (early ?? assign(known, rules, standing));
  const snapshot = {
    root,
    folders,
    standing,
    config: config.state,
    support,
    occupants: await readOccupants(root, folders, wantedPaths(known, { assignments, standing })),
  };
  return { snapshot, models: known, assignments };
}

function assign(...about: Parameters<typeof assignTargets>): Promise<Assignments> {
  return inSlices(assignTargets(...about));
}

/** Whether a model has two links. */
function hasTwins(links: readonly LedgerLink[]): boolean {
  return new Set(links.map(({ intent }) => intent.model_id)).size < links.length;
}

/** As whole as it was made. */
function unseenLinkOf(link: LedgerLink): StandingLink {
  return standingLinkOf({ link, state: 'whole' });
}

interface ConfigRead {
  readonly state: ConfigState | null;
  /** `<key>\n<folder>` of each entry of ours. */
  readonly entries: ReadonlySet<string>;
}

async function readConfigState(path: string | null): Promise<ConfigRead> {
  if (path === null) return { state: null, entries: new Set() };
  try {
    const entries = await readUsableConfig(path);
    return { state: { kind: 'usable' }, entries: new Set(entries.map(({ key, folder }) => `${key}\n${folder}`)) };
  } catch (error) {
    if (!(error instanceof ConfigUnusable)) throw error;
    return { state: { kind: 'unusable', reason: error.message }, entries: new Set() };
  }
}

interface Known {
  readonly assignments: Assignments;
  readonly standing: readonly StandingLink[];
}

/** What each model wants, by the path below the root: with the model, to compare with what lies there. Links of ours were looked at. */
function* wantedPaths(
  models: readonly MappableModel[],
  { assignments, standing }: Known,
): Generator<readonly [path: string, model: MappableModel]> {
  const ours = new Map<string, ModelId>();
  for (const { modelId, path, state } of standing)
    if (state !== 'gone' && state !== 'replaced') ours.set(path, modelId);
  for (const model of models) {
    const assignment = assignments.get(model.model_id);
    if (assignment?.kind === 'wanted' && ours.get(assignment.path) !== model.model_id) yield [assignment.path, model];
  }
}

/** The folders of all places, and of all links of ours, by their path below the root. */
async function readFolders(
  root: string,
  rules: Pick<RuleFile, 'places'>,
  ledger: readonly LedgerLink[],
): Promise<ReadonlyMap<string, FolderState>> {
  const paths = new Set(rules.places.map(({ path }) => path));
  for (const { intent } of ledger) if (intent.link !== 'config') paths.add(splitPath(intent.path).folder);
  const folders = new Map<string, FolderState>();
  for (const path of paths) folders.set(path, await readFolder(root, path));
  return folders;
}

async function readFolder(root: string, path: string): Promise<FolderState> {
  let at = root;
  let isWritable = await mayWrite(root);
  const segments = path.split('/');
  for (const [depth, segment] of segments.entries()) {
    at = join(at, segment);
    const shown = at.slice(root.length + 1).replaceAll('\\', '/');
    try {
      const stats = await lstat(at);
      if (stats.isSymbolicLink()) return { kind: 'blocked', reason: 'link_on_the_way', at: shown };
      if (!stats.isDirectory()) return { kind: 'blocked', reason: 'file_on_the_way', at: shown };
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') return { kind: 'blocked', reason: 'unreadable_folder', at: shown };
      // What is not there is made in what is.
      const missing = segments.slice(depth).map((_, below) => segments.slice(0, depth + below + 1).join('/'));
      return isWritable ? { kind: 'absent', missing } : { kind: 'blocked', reason: 'unreadable_folder', at: shown };
    }
    isWritable = await mayWrite(at);
  }
  try {
    const children = await readdir(at, { withFileTypes: true });
    return { kind: 'folder', names: children.map(nameOf), isWritable };
  } catch (error) {
    systemCode(error);
    return { kind: 'blocked', reason: 'unreadable_folder', at: path };
  }
}

function nameOf(child: Dirent): FolderName {
  return { name: child.name, kind: child.isSymbolicLink() ? 'link' : child.isDirectory() ? 'folder' : 'file' };
}

async function mayWrite(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return true;
  } catch (error) {
    systemCode(error);
    return false;
  }
}

async function readOccupants(
  root: string,
  folders: ReadonlyMap<string, FolderState>,
  wanted: Iterable<readonly [path: string, model: MappableModel]>,
): Promise<ReadonlyMap<string, Occupant>> {
  const names = new Map<string, Set<string>>();
  for (const [path, state] of folders)
    if (state.kind === 'folder') names.set(path, new Set(state.names.map(({ name }) => name)));
  const met = [...wanted].filter(([path]) => {
    const { folder, name } = splitPath(path);
    return names.get(folder)?.has(name) === true;
  });
  const occupants = new Map<string, Occupant>();
  await eachOf(met, async ([path, model]) => {
    occupants.set(path, await occupantAt(join(root, ...path.split('/')), model));
  });
  return occupants;
}

/** What lies at a name that a model wants, compared with the model. */
async function occupantAt(path: string, model: MappableModel): Promise<Occupant> {
  try {
    const stats = await lstat(path, { bigint: true });
    if (stats.isDirectory()) return { reason: 'folder_there' };
    if (stats.isSymbolicLink()) {
      const isSame = (await readlink(path)) === model.path || (await leadToOneFile(path, model.path));
      return { reason: isSame ? 'same_content' : 'foreign_link' };
    }
    if (!stats.isFile()) return { reason: 'other_content' };
    return { reason: (await isSameContent(path, model.path)) ? 'same_content' : 'other_content' };
  } catch (error) {
    systemCode(error);
    return { reason: 'other_content' };
  }
}

async function leadToOneFile(a: string, b: string): Promise<boolean> {
  try {
    return isSameFile(await stat(a, { bigint: true }), await stat(b, { bigint: true }));
  } catch (error) {
    systemCode(error);
    return false;
  }
}
