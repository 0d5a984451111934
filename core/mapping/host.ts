import type { AppEvent } from '../contract/event.ts';
import type { LinkSystem } from './links/link-system.ts';
import type { MappableModel } from './plan/mappable-model.ts';

/** What the mappings need of the program around them. */
export interface MappingHost {
  /** The rule files that ship with the program; null where they were left out. */
  readonly shippedRulesPath: string | null;
  /** Our folder: the journals, and rule files of the user's own. */
  readonly mappingsPath: string;
  /** The root of the library. */
  readonly libraryPath: string;
  /** All models of the library, once it is known what is in it. */
  readonly models: () => Promise<readonly MappableModel[]>;
  readonly emit: (event: AppEvent) => void;
  readonly now: () => Date;
  readonly log: (message: string, facts?: object) => void;
  /** The program of the thread that makes many links, where it isn't beside the sources; from how many on unless told. */
  readonly threadEntry?: string;
  readonly threadFromCount?: number;
  /** Those of the file system unless told. */
  readonly links?: LinkSystem;
}
