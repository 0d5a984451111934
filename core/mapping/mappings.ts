import { join } from 'node:path';
import { Failed } from '../contract/failure.ts';
import type { ModelId } from '../contract/ids.ts';
import type { Task } from '../contract/library/task.ts';
import type {
  MappingApply,
  MappingEntry,
  MappingFault,
  MappingInstall,
  MappingLink,
} from '../contract/mapping/mapping.ts';
import { applyPlan, headOf } from './acts/apply-plan.ts';
import { faultsOf, lookAtLinks } from './acts/check-links.ts';
import { intentsOf } from './acts/intents-of.ts';
import { isReachable } from './acts/recover.ts';
import { RecoveredLedger } from './acts/recovered-ledger.ts';
import { isFolderLeft, isToTakeBack } from './acts/undo.ts';
import { undoApplies } from './acts/undo-applies.ts';
import { checkAbsolute, resolveRoot } from './app-root.ts';
import type { MappingHost } from './host.ts';
import { type ApplyRecord, mappingApplyOf, mappingEntryOf } from './ledger/apply-record.ts';
import type { Ledger, LedgerLink } from './ledger/ledger.ts';
import { inOwnFolder } from './ledger/write-failure.ts';
import { fileSystemLinks, type LinkSystem } from './links/link-system.ts';
import { MappingTasks } from './mapping-tasks.ts';
import { differenceBetween, type KeptPlan, KeptPlans } from './plan/kept-plans.ts';
import { type PlanWish, plainWish, planSteps } from './plan/plan-mapping.ts';
import { readSnapshot } from './plan/read-snapshot.ts';
import { targetBelow } from './plan/snapshot.ts';
import { detectInstalls, evidenceFor } from './rules/detect.ts';
import { type AppRules, findApp, type RulesRead, readRules } from './rules/read-rules.ts';
import { watchRules } from './rules/watch-rules.ts';
import { inSlices } from './slices.ts';
import { LinkThread } from './thread/link-thread.ts';
import { Turns } from './turns.ts';

/** Links that are worth a thread of their own. */
const manyLinks = 300;

/**
 * Links from other apps' folders to the library's models. A preview changes nothing; an apply carries out exactly one preview; the ledger knows
 * all that was made, and only that is ever taken away. Acts come one after the other.
 */
export class Mappings {
  readonly #host: MappingHost;
  readonly #links: LinkSystem;
  readonly #plans = new KeptPlans();
  readonly #turns = new Turns();
  #endRuleWatch: (() => Promise<void>) | null = null;
  readonly #thread: LinkThread;
  readonly #ledger: RecoveredLedger;
  readonly tasks: MappingTasks;

  constructor(host: MappingHost) {
    this.#host = host;
    const scratchPath = join(host.mappingsPath, 'scratch');
    this.#links = host.links ?? fileSystemLinks({ libraryPath: host.libraryPath, scratchPath });
    this.#thread = new LinkThread({
      entryPath: host.threadEntry ?? join(import.meta.dirname, 'thread', 'entry.ts'),
      fromCount: host.threadFromCount ?? manyLinks,
    });
    this.#ledger = new RecoveredLedger(host, this.#links);
    this.tasks = new MappingTasks(host.emit, host.log);
  }

  /** Where rule files of the user's own go. */
  get ownRulesPath(): string {
    return join(this.#host.mappingsPath, 'apps');
  }

  rules(): Promise<RulesRead> {
    return readRules(this.#host.shippedRulesPath, this.ownRulesPath);
  }

  async detect(path: string): Promise<MappingInstall[]> {
    checkAbsolute('path', path);
    return detectInstalls(path, (await this.rules()).apps);
  }

  /** What mapping the library into an app's folder would do. Throws `not_found` for an app of no name, `path_not_found`, `unreadable`. */
  async preview(app: string, root: string, wish: PlanWish = plainWish): Promise<KeptPlan> {
    const { ledger } = await this.#ledger.open();
    this.#thread.startFor(ledger.standing().length);
    const rules = findApp((await this.rules()).apps, app);
    const realRoot = await resolveRoot(root);
    return this.#plan(rules, realRoot, wish);
  }

  /** Throws `not_found`. */
  plan(planId: string): KeptPlan {
    return this.#plans.find(planId);
  }

  /**
   * Carries out a plan. Answers with the task once it was seen that nothing changed since. Throws `not_found`, `plan_outdated` with the id of
   * a new plan.
   */
  async apply(planId: string): Promise<Task> {
    const plan = this.#plans.find(planId);
    return this.#inTurn(async () => {
      const now = await this.#plan(plan.rules, plan.root, plan.wish);
      const reason = differenceBetween(plan.actions, now.actions);
      if (reason !== null) throw new Failed('plan_outdated', { root: plan.root, reason, plan_id: now.id });
      this.#plans.drop(now.id);
      const { ledger, libraryPath } = await this.#ledger.open();
      const intents = intentsOf(now.actions, now.snapshot, ledger);
      const head = headOf(plan, { library: libraryPath, at: this.#host.now().toISOString() });
      const { app, root, apply_id } = head;
      const itemCount = intents.filter(({ line }) => line === 'link').length;
      const about = { kind: 'mapping_apply' as const, app, root, applyIds: [apply_id], itemCount };
      return this.tasks.start(about, async (hands) => {
        const means = { links: this.#links, thread: this.#thread, ...hands };
        await this.#ours(() => applyPlan(ledger, { head, intents }, means));
        this.#host.emit({ kind: 'mappings_changed', app, root });
      });
    });
  }

  /** Takes back one apply, or all of an app's folder, the newest first. Answers with the task. Throws `not_found`, `path_not_found`. */
  undo(which: { readonly apply_id: string } | { readonly app: string; readonly root: string }): Promise<Task> {
    return this.#inTurn(async () => {
      await this.#ledger.recoverAgain();
      const { ledger } = await this.#ledger.open();
      const records = 'apply_id' in which ? [found(ledger, which.apply_id)] : await this.#recordsOf(ledger, which);
      const [newest] = records;
      const app = newest?.head.app ?? ('app' in which ? which.app : '');
      const root = newest?.head.root ?? ('root' in which ? which.root : '');
      if (newest !== undefined && !(await isReachable(root))) throw new Failed('path_not_found', { path: root });
      const itemCount = records.flatMap(({ items }) => items).filter(isToTakeBack).length;
      const applyIds = records.map(({ head }) => head.apply_id);
      return this.tasks.start({ kind: 'mapping_undo', app, root, applyIds, itemCount }, async (hands) => {
        const { now } = this.#host;
        await this.#ours(() => undoApplies(ledger, { root, records }, { links: this.#links, now, ...hands }));
        if (newest !== undefined) this.#host.emit({ kind: 'mappings_changed', app, root });
      });
    });
  }

  /** The applies, the newest first. */
  async applies(): Promise<MappingApply[]> {
    const { ledger } = await this.#ledger.open();
    // Mostly a plan is asked for next.
    this.#thread.startFor(ledger.standing().length);
    return ledger.records.map(mappingApplyOf).reverse();
  }

  /** The links of an apply. Throws `not_found`. */
  async entries(applyId: string): Promise<MappingEntry[]> {
    const record = found((await this.#ledger.open()).ledger, applyId);
    return record.items.flatMap((item) => {
      const entry = mappingEntryOf(record, item, targetBelow(record.head.root, item.intent.path));
      return entry === null ? [] : [entry];
    });
  }

  /** Looks at all links that stand. */
  async check(): Promise<{ readonly checked: number; readonly faults: MappingFault[] }> {
    const { ledger, libraryPath } = await this.#ledger.open();
    const links = ledger.standing().filter(({ record }) => record.head.library === libraryPath);
    return { checked: links.length, faults: faultsOf(await this.#lookAt(links)) };
  }

  /** The links to a model, each with how it is now. */
  async linksOf(id: ModelId): Promise<MappingLink[]> {
    const { ledger, libraryPath } = await this.#ledger.open();
    const links = ledger.standingTo(id).filter(({ record }) => record.head.library === libraryPath);
    return this.#lookAt(links);
  }

  /** Where links of ours to a model stand, absolute. */
  async linksTo(id: ModelId): Promise<string[]> {
    const { ledger, libraryPath } = await this.#ledger.open();
    return ledger
      .standingTo(id)
      .filter(({ record }) => record.head.library === libraryPath)
      .map(({ record, intent }) => targetBelow(record.head.root, intent.path));
  }

  /** A model left the library: whoever shows links that led to it hears of it. */
  async modelRemoved(id: ModelId): Promise<void> {
    const { ledger } = await this.#ledger.open();
    const records = new Set(ledger.standingTo(id).map(({ record }) => record));
    for (const { head } of records) this.#host.emit({ kind: 'mappings_changed', app: head.app, root: head.root });
  }

  /** Tells from now on when a rule file of the user's own came, went or changed. */
  watchOwnRules(): void {
    const log = (error: unknown) =>
      this.#host.log('rule files are not watched', { path: this.ownRulesPath, error: String(error) });
    try {
      const tell = () => this.#host.emit({ kind: 'mapping_rules_changed' });
      this.#endRuleWatch = watchRules(this.ownRulesPath, tell, log);
    } catch (error) {
      log(error);
    }
  }

  async close(): Promise<void> {
    await this.#endRuleWatch?.();
    await this.tasks.close();
    await this.#turns.take(async () => undefined);
    await this.#thread[Symbol.asyncDispose]();
  }

  /** Reading where all files of a large library are takes half a second: nobody waits for it who has no links. */
  async #lookAt(links: readonly LedgerLink[]): Promise<MappingLink[]> {
    return links.length === 0 ? [] : lookAtLinks(links, await this.#paths(), this.#thread);
  }

  /** Where the models' files are. */
  async #paths(): Promise<ReadonlyMap<ModelId, string>> {
    return new Map((await this.#host.models()).map(({ model_id, path }) => [model_id, path]));
  }

  /** A task that waits for its turn: answers when it began, and the turn lasts until it ended. */
  #inTurn(begin: () => Promise<{ readonly task: Task; readonly ended: Promise<void> }>): Promise<Task> {
    const { promise, resolve, reject } = Promise.withResolvers<Task>();
    this.#turns
      .take(async () => {
        const { task, ended } = await begin();
        resolve(task);
        await ended;
      })
      .catch(reject);
    return promise;
  }

  async #plan(rules: AppRules, root: string, wish: PlanWish): Promise<KeptPlan> {
    const { ledger, libraryPath } = await this.#ledger.open();
    const standing = ledger.standingAt(root).filter(({ record }) => record.head.library === libraryPath);
    const { models } = this.#host;
    const read = await this.#ours(() =>
      readSnapshot({ root, rules, models, ledger: standing, links: this.#links, thread: this.#thread }),
    );
    const { snapshot, assignments } = read;
    const actions = await inSlices(planSteps(read.models, rules, snapshot, { ...wish, assignments }));
    const evidence = await evidenceFor(root, rules);
    const createdAt = this.#host.now().toISOString();
    return this.#plans.keep({ rules, root, createdAt, wish, evidence, snapshot, actions });
  }

  #ours<Result>(act: () => Promise<Result>): Promise<Result> {
    return inOwnFolder(this.#host.mappingsPath, act);
  }

  async #recordsOf(ledger: Ledger, which: { readonly app: string; readonly root: string }): Promise<ApplyRecord[]> {
    checkAbsolute('root', which.root);
    const { app } = findApp((await this.rules()).apps, which.app);
    const root = await resolveRoot(which.root);
    return ledger.records
      .filter(
        ({ head, items }) =>
          head.app === app && head.root === root && items.some((item) => isToTakeBack(item) || isFolderLeft(item)),
      )
      .reverse();
  }
}

function found(ledger: Ledger, applyId: string): ApplyRecord {
  const record = ledger.find(applyId);
  if (record === null) throw new Failed('not_found', { what: 'apply', id: applyId });
  return record;
}
