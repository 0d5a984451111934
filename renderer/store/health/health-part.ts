import type { Cause, ModelFinding } from '../../../core/contract/cause.ts';
import type { ReconcileReport } from '../../../core/contract/library/reconcile.ts';

/** Findings of a cause are read this many at a time. */
export const findingPageSize = 100;
/** So many pages of one cause are kept; the rest is read again when it comes into sight. */
export const keptFindingPages = 6;

export type FindingPages = Readonly<Record<number, readonly ModelFinding[]>>;

export interface HealthPart {
  /** Null before they were first read. */
  readonly causes: readonly Cause[] | null;
  /** By the key of a cause: what of it is known beyond its examples. */
  readonly findingPages: Readonly<Record<string, FindingPages>>;
  readonly lastReconcile: ReconcileReport | null;
  readonly isReconciling: boolean;
  /** In a narrow window, where the last check floats. */
  readonly isLastCheckOpen: boolean;
}

export const initialHealthPart: HealthPart = {
  causes: null,
  findingPages: {},
  lastReconcile: null,
  isReconciling: false,
  isLastCheckOpen: false,
};

/** The row of a cause; undefined where it is not known yet. */
export function findingAt(cause: Cause, pages: FindingPages | undefined, index: number): ModelFinding | undefined {
  return pages?.[Math.floor(index / findingPageSize)]?.[index % findingPageSize] ?? cause.examples[index];
}

/** With a page more; those farthest from it go when there are too many. */
export function withFindingPage(
  pages: FindingPages | undefined,
  page: number,
  findings: readonly ModelFinding[],
): FindingPages {
  const all: Record<number, readonly ModelFinding[]> = { ...pages, [page]: findings };
  const far = Object.keys(all)
    .map(Number)
    .sort((a, b) => Math.abs(b - page) - Math.abs(a - page));
  for (const gone of far.slice(0, Math.max(0, far.length - keptFindingPages))) delete all[gone];
  return all;
}

/** The models that the known findings are of. */
export function modelsOfFindings({ causes, findingPages }: Pick<HealthPart, 'causes' | 'findingPages'>) {
  return [
    ...(causes ?? []).flatMap(({ examples }) => examples),
    ...Object.values(findingPages).flatMap((pages) => Object.values(pages).flat()),
  ].map(({ model }) => model);
}
