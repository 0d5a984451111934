import { sep } from 'node:path';
import type { ModelId } from '../../contract/ids.ts';
import type { MappingReason } from '../../contract/mapping/mapping.ts';
import type { EntryLink, LinkState } from '../links/entry-identity.ts';

/** How an app's folder stands, as far as a plan needs it. */
export interface TargetSnapshot {
  /** Absolute, links resolved. */
  readonly root: string;
  /** By path below the root, as rules and ledger name it. */
  readonly folders: ReadonlyMap<string, FolderState>;
  /** What lies at a name that a model wants and is not ours: by its path below the root. */
  readonly occupants: ReadonlyMap<string, Occupant>;
  /** The links that the ledger knows here, of this library. */
  readonly standing: readonly StandingLink[];
  readonly support: LinkSupport;
  /** The app's config file, where its rules name one. */
  readonly config: ConfigState | null;
}

/** `absent`: `missing` are the folders to be made, the outer ones first. `blocked`: nothing may be made in it, and `reason` is why; `at` is the path of what is in the way. */
export type FolderState =
  | { readonly kind: 'absent'; readonly missing: readonly string[] }
  | {
      readonly kind: 'blocked';
      readonly reason: 'link_on_the_way' | 'file_on_the_way' | 'unreadable_folder';
      readonly at: string;
    }
  | { readonly kind: 'folder'; readonly names: readonly FolderName[]; readonly isWritable: boolean };

export interface FolderName {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link';
}

export interface Occupant {
  readonly reason: Extract<MappingReason, 'same_content' | 'other_content' | 'folder_there' | 'foreign_link'>;
}

/** A link or a config entry of the ledger, and what it is now. */
export interface StandingLink {
  readonly applyId: string;
  readonly index: number;
  readonly modelId: ModelId;
  readonly link: EntryLink | 'config';
  /** Below the root; of a config entry `<config path>#<key>/<file name>`. */
  readonly path: string;
  readonly source: string;
  readonly sizeBytes: number;
  readonly state: LinkState;
}

/** Which links can be made there; null for none, and `reason` says why. */
export interface LinkSupport {
  readonly file: 'symlink' | 'hardlink' | null;
  readonly folder: 'symlink' | 'junction' | null;
  readonly reason: string;
}

/** `unusable`: it can't be added to; `reason` is a sentence. */
export type ConfigState = { readonly kind: 'usable' } | { readonly kind: 'unusable'; readonly reason: string };

/** Names that are one on a drive without case, or that keeps them decomposed, are one everywhere. */
export function foldedName(name: string): string {
  // Most names are plain ASCII, which has one form only.
  return (/^[ -~]*$/.test(name) ? name : name.normalize('NFC')).toLowerCase();
}

/** The folder of a path below the root, and its name in it. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const at = path.lastIndexOf('/');
  return { folder: path.slice(0, Math.max(at, 0)), name: path.slice(at + 1) };
}

/** A path of rules and ledger, below an app's folder, as the system writes it. */
export function targetBelow(root: string, path: string): string {
  const own = sep === '/' ? path : path.replaceAll('/', sep);
  return root.endsWith(sep) ? root + own : `${root}${sep}${own}`;
}
