import type { Catalog } from '../catalog/catalog.ts';
import type { Failed } from '../contract/failure.ts';
import type { LibraryHost } from './host.ts';
import type { ModelStore } from './model-store.ts';
import type { Turns } from './turns.ts';

/** What the acts of an open library work with. Whatever changes a model does so in a turn. */
export interface LibraryContext {
  /** `rootPath` has its links resolved. */
  readonly host: LibraryHost;
  readonly catalog: Catalog;
  readonly store: ModelStore;
  readonly turns: Turns;
  /** What a change is answered with where the library is open for reading only; null where it may be written. */
  readonly refusal: Failed | null;
}
