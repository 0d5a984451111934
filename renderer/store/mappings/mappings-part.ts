import type { CommandOutput } from '../../../core/contract/command.ts';
import type {
  MappingAction,
  MappingActionKind,
  MappingApp,
  MappingApply,
  MappingEntry,
  MappingFolderEntry,
  MappingInstall,
  MappingLink,
  MappingPlan,
} from '../../../core/contract/mapping/mapping.ts';
import type { Problem } from '../problem.ts';

/** A list that comes in pages: what was read of it so far. */
export interface Read<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
  readonly nextCursor: string | null;
  readonly isReading: boolean;
}

/** The plan that is looked at, with as much of its lines and folders as was read. */
export interface PlanView {
  readonly plan: MappingPlan;
  readonly actions: Readonly<Record<MappingActionKind, Read<MappingAction>>>;
  /** By the folder's path below the app's. */
  readonly folders: Readonly<Record<string, Read<MappingFolderEntry>>>;
  readonly openGroups: readonly MappingActionKind[];
  readonly openFolders: readonly string[];
  readonly pickedId: string | null;
}

export type PreviewPhase = 'idle' | 'loading' | 'ready' | 'failed';

export type LinkCheck = CommandOutput<'mappings.check'>;

/** What is to be taken back once the person has said yes. */
export interface Undoing {
  readonly apply: MappingApply;
  readonly entries: readonly MappingEntry[] | null;
}

/** The Mappings screen's part of the state. */
export interface MappingsPart {
  readonly mappingApps: readonly MappingApp[] | null;
  readonly mappingProblems: CommandOutput<'mappings.apps'>['problems'];
  readonly ownRulesPath: string | null;
  /** The app that is looked at. */
  readonly mappingApp: string | null;
  /** Where each app's folder is, as it was chosen; empty while another one is asked for. */
  readonly mappingRoots: Readonly<Record<string, string>>;
  readonly preview: PreviewPhase;
  readonly previewProblem: Problem | null;
  readonly planView: PlanView | null;
  /** Apps that were found where the person said; null before a look. */
  readonly installs: readonly MappingInstall[] | null;
  readonly isDetecting: boolean;
  readonly detectProblem: Problem | null;
  readonly applies: readonly MappingApply[] | null;
  readonly isLedgerOpen: boolean;
  readonly linkCheck: LinkCheck | null;
  /** The links to models whose details were looked at, by the model's id. */
  readonly modelLinks: Readonly<Record<string, readonly MappingLink[]>>;
  readonly isCheckingLinks: boolean;
  readonly undoing: Undoing | null;
  /** The apply or undo that runs. */
  readonly mappingTaskId: string | null;
}

export const initialMappingsPart: MappingsPart = {
  mappingApps: null,
  mappingProblems: [],
  ownRulesPath: null,
  mappingApp: null,
  mappingRoots: {},
  preview: 'idle',
  previewProblem: null,
  planView: null,
  installs: null,
  isDetecting: false,
  detectProblem: null,
  applies: null,
  isLedgerOpen: false,
  linkCheck: null,
  modelLinks: {},
  isCheckingLinks: false,
  undoing: null,
  mappingTaskId: null,
};

/** The folder of an app: the one that was chosen, else the one that links were made in last. Null asks for one. */
export function mappingRootOf(
  { mappingRoots, applies }: Pick<MappingsPart, 'mappingRoots' | 'applies'>,
  app: string,
): string | null {
  return (mappingRoots[app] ?? applies?.find((apply) => apply.app === app)?.root) || null;
}

/** How many links of an app stand. */
export function standingLinks({ applies }: Pick<MappingsPart, 'applies'>, app: string): number {
  return (applies ?? []).reduce((sum, apply) => (apply.app === app ? sum + apply.standing : sum), 0);
}
