import { join } from 'node:path';
import type { AppEvent } from '../contract/event.ts';
import type { Failed } from '../contract/failure.ts';
import type { ModelId } from '../contract/ids.ts';
import type { DriveQuestions } from './health/drive-probe.ts';

/** What the library needs of the program around it. */
export interface LibraryHost {
  readonly rootPath: string;
  /** `linux-x64` */
  readonly platform: string;
  /** Of onnxruntime-node. */
  readonly runtimeVersion: string;
  /** Names of execution providers in the order they would be tried. */
  readonly executionProviders: () => readonly string[];
  readonly emit: (event: AppEvent) => void;
  readonly now: () => Date;
  readonly log: (message: string, facts?: object) => void;
  /** Makes a small WebP of a picture file; rejects where it is none. */
  readonly drawPreview: (bytes: Uint8Array) => Promise<Uint8Array>;
  /** Whether files are watched and drives that are away are looked for; true unless told. A command that ends at once has no use for it. */
  readonly watches?: boolean;
  /** Whether index and disk are brought together at the start; true unless told. A caller that asks for just that wants to hear what it changed. */
  readonly reconcilesAtStart?: boolean;
  /** Whether contents are hashed in the background; as `watches` unless told. */
  readonly hashes?: boolean;
  /** Why nothing may be written to the library by this process, though it could be: another one holds it. */
  readonly refusal?: Failed | undefined;
  /** The program of the library's worker threads, where it isn't beside the sources. */
  readonly workerEntry?: string;
  /** Links in other apps that we made to a model, by the folder or file that they lead to. */
  readonly linksTo?: (id: ModelId) => Promise<readonly string[]>;
  /** How drives that may hang are known and asked; the system's own unless told. */
  readonly drives?: DriveQuestions;
  readonly timing?: Partial<LibraryTiming>;
}

export interface LibraryTiming {
  /** How long a model's files must have been quiet before a change is looked at. */
  readonly debounceMs: number;
  /** A file younger than this, with no record, may still be being written. */
  readonly settleMs: number;
  /** How often drives that are away are looked for. */
  readonly offlineCheckMs: number;
  /** How often a running task is told of. */
  readonly taskEventMs: number;
  /** How long after the open the upkeep begins. */
  readonly upkeepDelayMs: number;
  /** How long after the start, and after each file, hashing begins. */
  readonly hashDelayMs: number;
}

export const libraryTiming: LibraryTiming = {
  debounceMs: 400,
  settleMs: 5000,
  offlineCheckMs: 15_000,
  taskEventMs: 250,
  upkeepDelayMs: 0,
  hashDelayMs: 10_000,
};

export function timingOf(host: Pick<LibraryHost, 'timing'>): LibraryTiming {
  return { ...libraryTiming, ...host.timing };
}

export function workerEntryOf(host: LibraryHost): string {
  return host.workerEntry ?? join(import.meta.dirname, 'worker', 'entry.ts');
}
