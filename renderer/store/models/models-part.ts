import type { Artifact } from '../../../core/contract/jobs/job.ts';
import type { ValidationState } from '../../../core/contract/library/finding.ts';
import type { Metadata, ModelType } from '../../../core/contract/library/metadata.ts';
import type { ListQuery, ModelSummary, RemovalPreview, TrashEntry } from '../../../core/contract/library/model.ts';
import type { Problem } from '../problem.ts';

export type Layout = 'wall' | 'table';

export interface Filter {
  readonly query: string;
  readonly type: ModelType | null;
  readonly family: string | null;
  readonly tag: string | null;
  readonly precision: string | null;
  readonly state: ValidationState | null;
  readonly isOffline: boolean;
  readonly favourite: boolean;
}

export type Sort = ListQuery['sort'];

/** Rows of a listing are read this many at a time: what a usual window draws. Who types waits for all of them, a large window asks twice. */
export const pageSize = 48;

/** The listing that is shown: `total` rows, of which those near the ones in sight are known. */
export interface Listing {
  readonly filter: Filter;
  /** Ids by page, `pageSize` a page. */
  readonly pages: Readonly<Record<number, readonly string[]>>;
  readonly total: number;
  /** False where all that a search finds are not counted yet: `total` is then what it was before, or what was met so far if that is more. */
  readonly isTotalExact: boolean;
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly problem: Problem | null;
  /** What a search that found nothing may have meant. */
  readonly nearestName: string | null;
}

export interface Count {
  readonly value: string;
  readonly count: number;
}

/** How many models there are of each kind, and what each value of a filter would leave. */
export interface Counts {
  readonly all: number;
  readonly sizeBytes: number;
  readonly byType: Readonly<Partial<Record<ModelType, number>>>;
  readonly families: readonly Count[];
  readonly tags: readonly Count[];
  readonly precisions: readonly Count[];
  readonly favourites: number;
  readonly valid: number;
  readonly invalid: number;
  /** Those of a drive that is away are among them. */
  readonly degraded: number;
  readonly offline: number;
}

/** Pictures that a model made: the newest few, and how many there are. */
export interface MadeWith {
  readonly pictures: readonly Artifact[];
  readonly total: number;
}

export interface Relocating {
  readonly modelId: string;
  readonly isBusy: boolean;
  readonly problem: Problem | null;
}

/** What removing models would take away, read model by model. */
export interface Removal {
  readonly modelIds: readonly string[];
  readonly previews: readonly RemovalPreview[];
  readonly phase: 'reading' | 'ready';
}

export type BulkVerb = 'tag' | 'favourite' | 'check' | 'accept' | 'remove';

/** One act on many models, under way or with what could not be done. */
export interface Bulk {
  readonly verb: BulkVerb;
  readonly total: number;
  readonly done: number;
  readonly phase: 'running' | 'ended';
  readonly failures: readonly { readonly modelId: string; readonly problem: Problem }[];
}

export interface ModelsPart {
  /** Models that something on the screen needs; far from all of a big library. */
  readonly models: Readonly<Record<string, ModelSummary>>;
  readonly listing: Listing;
  readonly sort: Sort;
  /** Of a search: the best match stands first until another order is chosen. */
  readonly searchSort: Sort;
  /** Of the whole library. */
  readonly counts: Counts;
  /** With the filters that are on. */
  readonly facets: Counts;
  /** The filters that `facets` were counted with: while they are not those that are on, they are counted anew. */
  readonly facetsFilter: Filter;
  readonly details: Readonly<Record<string, Metadata>>;
  /** What a runner is told of a model, as JSON, or why it is told nothing. */
  readonly descriptors: Readonly<Record<string, { readonly text: string; readonly problem: Problem | null }>>;
  readonly madeWith: Readonly<Record<string, MadeWith>>;
  readonly trash: readonly TrashEntry[];
  readonly selectedId: string | null;
  /** The row that the selected model was last seen at. */
  readonly activeRow: number;
  /** Several models that are to be acted on at once; empty when it is only the selected one. */
  readonly pickedIds: ReadonlySet<string>;
  /** Where a range of picks begins: a row of the listing. */
  readonly pickAnchor: number;
  readonly bulk: Bulk | null;
  readonly layout: Layout;
  readonly paneWidth: number;
  readonly isPaneOpen: boolean;
  /** The row at the top of the listing. */
  readonly topRow: number;
  /** Rises when a model's preview picture is changed: its address stays the same. */
  readonly previewStamps: Readonly<Record<string, number>>;
  readonly removal: Removal | null;
  readonly relocating: Relocating | null;
}

export const noFilter: Filter = {
  query: '',
  type: null,
  family: null,
  tag: null,
  precision: null,
  state: null,
  isOffline: false,
  favourite: false,
};

export const noCounts: Counts = {
  all: 0,
  sizeBytes: 0,
  byType: {},
  families: [],
  tags: [],
  precisions: [],
  favourites: 0,
  valid: 0,
  invalid: 0,
  degraded: 0,
  offline: 0,
};

export const paneWidths = { min: 280, initial: 328, max: 480 } as const;

export const initialModelsPart: ModelsPart = {
  models: {},
  listing: {
    filter: noFilter,
    pages: {},
    total: 0,
    isTotalExact: true,
    phase: 'loading',
    problem: null,
    nearestName: null,
  },
  sort: 'newest',
  searchSort: 'relevance',
  counts: noCounts,
  facets: noCounts,
  facetsFilter: noFilter,
  details: {},
  descriptors: {},
  madeWith: {},
  trash: [],
  selectedId: null,
  activeRow: -1,
  pickedIds: new Set(),
  pickAnchor: -1,
  bulk: null,
  layout: 'wall',
  paneWidth: paneWidths.initial,
  isPaneOpen: true,
  topRow: 0,
  previewStamps: {},
  removal: null,
  relocating: null,
};
