import { randomUUID } from 'node:crypto';
import { Failed, failureOf } from '../../contract/failure.ts';
import type { ImportItem, ImportResult, Task } from '../../contract/library/task.ts';
import { readModelFacts } from '../../formats/model-facts.ts';
import type { LibraryContext } from '../context.ts';
import { timingOf } from '../host.ts';
import { resolveSource } from '../source-path.ts';
import { Turns } from '../turns.ts';
import { importItem } from './import-item.ts';
import { payloadOf } from './payload-files.ts';
import { singleModels } from './single-models.ts';

/** Tasks that ended and can still be asked for. */
const rememberedTasks = 50;

interface Running {
  readonly abort: AbortController;
  /** Items that are not wanted any more, by their path. */
  readonly leftOut: Set<string>;
  /** Of the item that is being brought in. */
  ownAbort: AbortController;
  readonly ended: Promise<void>;
  task: Task;
  lastToldMs: number;
}

/** The imports of this process. They run one after the other: two copies at once only slow a drive down. */
export class ImportTasks {
  readonly #context: LibraryContext;
  readonly #turns = new Turns();
  readonly #tasks = new Map<string, Running>();

  constructor(context: LibraryContext) {
    this.#context = context;
  }

  start(items: readonly ImportItem[]): Task {
    const task: Task = {
      task_id: randomUUID(),
      kind: 'import',
      state: 'running',
      item_index: 0,
      item_count: items.length,
      current_path: null,
      done_bytes: 0,
      total_bytes: 0,
      results: [],
    };
    const abort = new AbortController();
    const { promise: isStored, resolve: store } = Promise.withResolvers<Running>();
    const ended = this.#turns.take(async () => this.#run(await isStored, items));
    const running: Running = { abort, leftOut: new Set(), ownAbort: new AbortController(), ended, task, lastToldMs: 0 };
    this.#tasks.set(task.task_id, running);
    this.#forgetOld();
    store(running);
    return task;
  }

  show(id: string): Task {
    return this.#find(id).task;
  }

  /** Answers when the task has ended, or with what it is when the time is up. */
  async wait(id: string, timeoutMs: number): Promise<Task> {
    const running = this.#find(id);
    const { promise: isTimeUp, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    await Promise.race([running.ended, isTimeUp]);
    clearTimeout(timer);
    return running.task;
  }

  /** What is done stays; what is half done goes. Answers when the task has ended. */
  async cancel(id: string): Promise<Task> {
    const running = this.#find(id);
    running.abort.abort();
    await running.ended;
    return running.task;
  }

  /** Leaves some items out that have not come in yet; one that is half done goes. The others come in. */
  leaveOut(id: string, paths: readonly string[]): Task {
    const running = this.#find(id);
    for (const path of paths) running.leftOut.add(path);
    if (running.task.current_path !== null && running.leftOut.has(running.task.current_path)) running.ownAbort.abort();
    return running.task;
  }

  async close(): Promise<void> {
    for (const { abort } of this.#tasks.values()) abort.abort();
    await Promise.all([...this.#tasks.values()].map(({ ended }) => ended));
  }

  async #run(running: Running, given: readonly ImportItem[]): Promise<void> {
    const { signal } = running.abort;
    const items = await this.#singleModels(given, signal);
    running.task = { ...running.task, item_count: items.length };
    const sizes = await this.#sizesOf(items, signal);
    running.task = { ...running.task, total_bytes: sizes.reduce((sum, size) => sum + size, 0) };
    let doneBefore = 0;
    for (const [index, item] of items.entries()) {
      this.#change(running, { item_index: index, current_path: item.path, done_bytes: doneBefore });
      const result = await this.#import(running, item);
      doneBefore += sizes[index] ?? 0;
      running.task = {
        ...running.task,
        item_index: index + 1,
        done_bytes: doneBefore,
        results: [...running.task.results, result],
      };
    }
    this.#change(running, { state: signal.aborted ? 'canceled' : 'done', current_path: null }, true);
  }

  async #import(running: Running, item: ImportItem): Promise<ImportResult> {
    running.ownAbort = new AbortController();
    const signal = AbortSignal.any([running.abort.signal, running.ownAbort.signal]);
    if (signal.aborted || running.leftOut.has(item.path))
      return { path: item.path, model_id: null, status: 'canceled' };
    try {
      const outcome = await importItem(this.#context, item, {
        signal,
        onBytes: (count) => this.#change(running, { done_bytes: running.task.done_bytes + count }),
      });
      return { path: item.path, ...outcome };
    } catch (error) {
      const failure = failureOf(error);
      if (!(error instanceof Failed)) this.#context.host.log('an import failed', { path: item.path, error });
      if (failure.code === 'canceled') return { path: item.path, model_id: null, status: 'canceled' };
      return { path: item.path, model_id: null, status: 'failed', failure };
    }
  }

  async #singleModels(given: readonly ImportItem[], signal: AbortSignal): Promise<ImportItem[]> {
    const items: ImportItem[] = [];
    for (const item of given) items.push(...(signal.aborted ? [item] : await singleModels(this.#context, item)));
    return items;
  }

  /** What each item will read and write: nothing where it is only referenced. */
  async #sizesOf(items: readonly ImportItem[], signal: AbortSignal): Promise<number[]> {
    const sizes: number[] = [];
    for (const { path, mode } of items) {
      if (mode === 'reference' || signal.aborted) {
        sizes.push(0);
        continue;
      }
      try {
        await this.#context.store.drives.assertAnswers(path);
        const source = await resolveSource(path);
        const facts = await readModelFacts(source.isFolder ? source.real : source.given);
        sizes.push((await payloadOf(source, facts)).sizeBytes);
      } catch {
        // Its own turn tells what is wrong with it.
        sizes.push(0);
      }
    }
    return sizes;
  }

  #change(running: Running, change: Partial<Task>, isLast = false): void {
    running.task = { ...running.task, ...change };
    const { host } = this.#context;
    const nowMs = performance.now();
    if (!isLast && nowMs - running.lastToldMs < timingOf(host).taskEventMs) return;
    running.lastToldMs = nowMs;
    host.emit({ kind: 'task_changed', task: running.task });
  }

  #find(id: string): Running {
    const running = this.#tasks.get(id);
    if (running === undefined) throw new Failed('not_found', { what: 'task', id });
    return running;
  }

  #forgetOld(): void {
    for (const [id, { task }] of this.#tasks) {
      if (this.#tasks.size <= rememberedTasks) return;
      if (task.state !== 'running') this.#tasks.delete(id);
    }
  }
}
