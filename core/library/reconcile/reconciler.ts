import { Failed } from '../../contract/failure.ts';
import type { ReconcileReport } from '../../contract/library/reconcile.ts';
import type { LibraryContext } from '../context.ts';
import { Turns } from '../turns.ts';
import type { ReconcileStep } from '../worker/messages.ts';
import { adoptOrphan } from './adopt-orphan.ts';
import { ReconcileProgress } from './reconcile-progress.ts';
import { ReportFile } from './report-file.ts';
import { type Survey, surveyLibrary } from './survey.ts';

/** How many a report names; it counts all. */
const namedChanges = 1000;

/** Brings disk and index together: at the start, when the watcher saw what it can't place, and on demand. One at a time. */
export class Reconciler {
  readonly #context: LibraryContext;
  readonly #turns = new Turns();
  readonly #abort = new AbortController();
  readonly #file: ReportFile;
  #lastReport: ReconcileReport | null = null;

  constructor(context: LibraryContext) {
    this.#context = context;
    this.#file = new ReportFile(context.host.rootPath);
  }

  /** Of this process, or of the one before; null for a library that never was reconciled. */
  async lastReport(): Promise<ReconcileReport | null> {
    return this.#lastReport ?? (await this.#file.read());
  }

  /** Plans and applies. What can't be dealt with is logged and met again the next time. */
  run(): Promise<ReconcileReport> {
    return this.#turns.take(async () => {
      const { host } = this.#context;
      const startedAt = host.now();
      const progress = new ReconcileProgress(host);
      const total = this.#context.catalog.count();
      const survey = await surveyLibrary(this.#context, this.#abort.signal, (done) =>
        progress.tell('looking', done, total),
      );
      const report = await applyReconcile(this.#context, survey, { startedAt, progress, signal: this.#abort.signal });
      this.#lastReport = report;
      // One that was cut short tells of a part only.
      if (!this.#abort.signal.aborted && this.#context.refusal === null) await this.#file.write(report);
      const changed = report.added + report.updated + report.removed + report.adopted;
      if (changed > 0) {
        host.log('reconciled', { ...report, changes: undefined, findings: undefined });
        host.emit({ kind: 'library_reconciled', changed_count: changed });
      }
      return report;
    });
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#turns.take(async () => {});
  }
}

interface ApplyOptions {
  readonly startedAt: Date;
  readonly progress: ReconcileProgress;
  readonly signal: AbortSignal;
}

/** Carries out a plan, each step in a turn of its own; nothing of the user's is removed by it. Every step looks again before it acts. */
async function applyReconcile(
  context: LibraryContext,
  { steps, unchanged, findings }: Survey,
  { startedAt, progress, signal }: ApplyOptions,
): Promise<ReconcileReport> {
  const report: ReconcileReport = {
    added: 0,
    updated: 0,
    removed: 0,
    adopted: 0,
    partial: 0,
    unchanged,
    findings: [...findings],
    changes: { added: [], updated: [], removed: [], adopted: [], partial: [] },
    started_at: startedAt.toISOString(),
    finished_at: startedAt.toISOString(),
  };
  for (const [index, step] of steps.entries()) {
    if (signal.aborted) break;
    progress.tell('applying', index, steps.length);
    try {
      await context.turns.take(() => applyStep(context, step, report));
    } catch (error) {
      context.host.log('a step of reconciling failed', { step, error: String(error) });
    }
  }
  return { ...report, finished_at: context.host.now().toISOString() };
}

async function applyStep(context: LibraryContext, step: ReconcileStep, report: ReconcileReport): Promise<void> {
  if (step.act === 'leave') {
    count(report, 'partial', { path: step.path, reason: step.reason });
    return;
  }
  if (step.act === 'adopt' && context.refusal !== null) {
    count(report, 'partial', { path: step.path, reason: 'the library is open for reading only' });
    return;
  }
  if (step.act === 'adopt') {
    const adoption = await adoptOrphan(context, step.path, step.isFolder);
    if (adoption.kind === 'adopted') count(report, 'adopted', { model_id: adoption.id, reason: step.reason });
    else count(report, 'partial', { path: step.path, reason: adoption.reason });
    return;
  }
  try {
    const { record, change, reason } = await context.store.look(step.id);
    if (change === 'unchanged') report.unchanged += 1;
    else count(report, change, { model_id: step.id, reason });
    if (record.validation_errors.length > 0 && report.findings.length < namedChanges)
      report.findings.push({ model_id: step.id, findings: record.validation_errors });
  } catch (error) {
    if (!(error instanceof Failed) || error.failure.code !== 'not_found') throw error;
    count(report, 'removed', { model_id: step.id, reason: step.reason });
  }
}

function count<Kind extends keyof ReconcileReport['changes']>(
  report: ReconcileReport,
  kind: Kind,
  change: ReconcileReport['changes'][Kind][number],
): void {
  report[kind] += 1;
  const named: (typeof change)[] = report.changes[kind];
  if (named.length < namedChanges) named.push(change);
}
