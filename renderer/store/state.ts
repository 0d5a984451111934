import type { CommandOutput } from '../../core/contract/command.ts';
import type { ValidationState } from '../../core/contract/finding.ts';
import type { SamplerName, SchedulerName } from '../../core/contract/generate.ts';
import type { Artifact, Job } from '../../core/contract/job.ts';
import type { Metadata, ModelType } from '../../core/contract/metadata.ts';
import type { Classification, ListQuery, ModelSummary, RemovalPreview, TrashEntry } from '../../core/contract/model.ts';
import type { ReconcileReport } from '../../core/contract/reconcile.ts';
import type { ImportMode, Task } from '../../core/contract/task.ts';
import { type Clearing, initialQueuePart, type QueuePart } from './queue/queue-part.ts';
import { type AppearancePart, initialAppearancePart } from './settings/appearance.ts';
import { initialSettingsPart, type SettingsPart } from './settings/settings-part.ts';

export type AppStatus = CommandOutput<'app.status'>;
export type Screen = 'models' | 'generate' | 'queue' | 'health' | 'settings';
export type Layout = 'wall' | 'table';

/** What went wrong with something that was asked: the core's own sentence, or that it did not answer. */
export interface Problem {
  readonly code: string;
  readonly message: string | null;
}

export interface Filter {
  readonly query: string;
  readonly type: ModelType | null;
  readonly family: string | null;
  readonly tag: string | null;
  readonly state: ValidationState | null;
  readonly favourite: boolean;
}

export type Sort = ListQuery['sort'];

/** The listing that is shown: as much of it as was read so far, out of `total`. */
export interface Listing {
  readonly filter: Filter;
  readonly ids: readonly string[];
  readonly total: number;
  readonly nextCursor: string | null;
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly problem: Problem | null;
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
  readonly favourites: number;
  readonly invalid: number;
  /** Those of a drive that is away are among them. */
  readonly degraded: number;
  readonly offline: number;
}

/** What the person chose for the next picture. Null follows the model. */
export interface Draft {
  readonly modelId: string | null;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly steps: number | null;
  readonly guidanceScale: number | null;
  readonly sampler: SamplerName;
  readonly scheduler: SchedulerName;
  /** Null draws one for each request. */
  readonly seed: number | null;
  readonly count: number;
}

export type Candidate = Classification['candidates'][number];

/** One thing that was dropped or picked, on its way into the library. */
export interface AddItem {
  readonly path: string;
  readonly phase: 'reading' | 'ready' | 'refused';
  readonly classification: Classification | null;
  readonly problem: Problem | null;
  readonly mode: ImportMode;
}

export interface AddSheet {
  readonly phase: 'review' | 'importing' | 'done';
  readonly items: readonly AddItem[];
  /** The imports of the core that carry it out, in order. */
  readonly taskIds: readonly string[];
  /** The import goes on while the window does something else. */
  readonly isHidden: boolean;
  /** The import could not be asked for, or nothing more is known of it. */
  readonly problem: Problem | null;
  /** Files were dropped whose place the browser does not tell. */
  readonly pathlessCount: number;
}

export type StudioSelection =
  | { readonly kind: 'job'; readonly jobId: string }
  | { readonly kind: 'picture'; readonly pictureId: string };

/** What a notice says; `removed` offers to bring the model back. */
export type NoticeText =
  | { readonly kind: 'done' | 'problem'; readonly text: string }
  | { readonly kind: 'added'; readonly count: number }
  | { readonly kind: 'queued' }
  | { readonly kind: 'cleared'; readonly what: Clearing; readonly count: number }
  | { readonly kind: 'removed'; readonly name: string; readonly trashId: string | null };

export type Notice = NoticeText & { readonly id: number };

export interface Relocating {
  readonly modelId: string;
  readonly isBusy: boolean;
  readonly problem: Problem | null;
}

export interface AppState extends QueuePart, AppearancePart, SettingsPart {
  readonly connection: 'connecting' | 'open' | 'lost';
  /** Whether the first snapshot is here: before that nothing is known to be empty. */
  readonly isReady: boolean;
  readonly sequence: number;
  readonly status: AppStatus | null;

  readonly models: Readonly<Record<string, ModelSummary>>;
  readonly listing: Listing;
  readonly sort: Sort;
  /** Of a search: the best match stands first until another order is chosen. */
  readonly searchSort: Sort;
  /** Of the whole library. */
  readonly counts: Counts;
  /** With the filters that are on. */
  readonly facets: Counts;
  /** Models of the kinds that make pictures, runnable or not. */
  readonly generatorIds: readonly string[];
  readonly details: Readonly<Record<string, Metadata>>;
  readonly madeWith: Readonly<Record<string, readonly Artifact[]>>;
  readonly unhealthyIds: readonly string[] | null;
  readonly lastReconcile: ReconcileReport | null;
  readonly isReconciling: boolean;
  readonly trash: readonly TrashEntry[];
  /** Long acts of the library, by id. */
  readonly tasks: Readonly<Record<string, Task>>;

  readonly jobs: Readonly<Record<string, Job>>;
  /** The newest first. */
  readonly jobIds: readonly string[];
  readonly pictures: readonly Artifact[];
  /** `<job id>/<item index>` to the picture as it forms. */
  readonly previews: Readonly<Record<string, string>>;

  readonly screen: Screen;
  readonly selectedId: string | null;
  readonly layout: Layout;
  readonly paneWidth: number;
  readonly isPaneOpen: boolean;
  readonly hasSeenWelcome: boolean;
  readonly openFolds: readonly string[];
  readonly draft: Draft;
  readonly studio: StudioSelection | null;
  readonly addSheet: AddSheet | null;
  readonly removing: string | null;
  /** What removing it would take away; null until the core has said so. */
  readonly removal: RemovalPreview | null;
  readonly relocating: Relocating | null;
  readonly isPaletteOpen: boolean;
  readonly notice: Notice | null;
}

export const noFilter: Filter = { query: '', type: null, family: null, tag: null, state: null, favourite: false };

export const noCounts: Counts = {
  all: 0,
  sizeBytes: 0,
  byType: {},
  families: [],
  tags: [],
  favourites: 0,
  invalid: 0,
  degraded: 0,
  offline: 0,
};

export const emptyDraft: Draft = {
  modelId: null,
  prompt: '',
  negativePrompt: '',
  width: null,
  height: null,
  steps: null,
  guidanceScale: null,
  sampler: 'Automatic',
  scheduler: 'Automatic',
  seed: null,
  count: 1,
};

export const paneWidths = { min: 280, initial: 328, max: 480 } as const;

export const initialState: AppState = {
  ...initialQueuePart,
  ...initialAppearancePart,
  ...initialSettingsPart,
  connection: 'connecting',
  isReady: false,
  sequence: 0,
  status: null,
  models: {},
  listing: { filter: noFilter, ids: [], total: 0, nextCursor: null, phase: 'loading', problem: null },
  sort: 'newest',
  searchSort: 'relevance',
  counts: noCounts,
  facets: noCounts,
  generatorIds: [],
  details: {},
  madeWith: {},
  unhealthyIds: null,
  lastReconcile: null,
  isReconciling: false,
  trash: [],
  tasks: {},
  jobs: {},
  jobIds: [],
  pictures: [],
  previews: {},
  screen: 'models',
  selectedId: null,
  layout: 'wall',
  paneWidth: paneWidths.initial,
  isPaneOpen: true,
  hasSeenWelcome: false,
  openFolds: [],
  draft: emptyDraft,
  studio: null,
  addSheet: null,
  removing: null,
  removal: null,
  relocating: null,
  isPaletteOpen: false,
  notice: null,
};
