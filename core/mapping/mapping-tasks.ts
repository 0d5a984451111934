import { randomUUID } from 'node:crypto';
import type { AppEvent } from '../contract/event.ts';
import { Failed, failureOf } from '../contract/failure.ts';
import type { Task } from '../contract/library/task.ts';

/** Tasks that ended and can still be asked for. */
const rememberedTasks = 50;
const eventEveryMs = 250;

type Outcome = 'done' | 'failed' | 'left';

/** What a task is told about as it goes on. */
export interface TaskHands {
  readonly signal: AbortSignal;
  /** One more link was dealt with. */
  readonly onItem: (path: string, outcome: Outcome) => void;
}

interface Running {
  readonly abort: AbortController;
  /** As it began. */
  readonly begun: Task & { readonly mapping: NonNullable<Task['mapping']> };
  readonly counts: { done: number; failed: number; left: number };
  current: string | null;
  /** How it ended, once it did. */
  end: Pick<Task, 'state' | 'failure'> | null;
  lastToldMs: number;
  ended: Promise<void>;
}

/** The applies and undos of this process, as tasks that can be watched and canceled. */
export class MappingTasks {
  readonly #tasks = new Map<string, Running>();
  readonly #emit: (event: AppEvent) => void;
  readonly #log: (message: string, facts: object) => void;

  constructor(emit: (event: AppEvent) => void, log: (message: string, facts: object) => void) {
    this.#emit = emit;
    this.#log = log;
  }

  /** Begins a task. It ends when `act` resolves, and as failed, with the failure, when that rejects. */
  start(
    about: {
      readonly kind: 'mapping_apply' | 'mapping_undo';
      readonly app: string;
      readonly root: string;
      readonly applyIds: readonly string[];
      readonly itemCount: number;
    },
    act: (hands: TaskHands) => Promise<void>,
  ): { readonly task: Task; readonly ended: Promise<void> } {
    const { kind, app, root, applyIds, itemCount } = about;
    const begun = {
      task_id: randomUUID(),
      kind,
      state: 'running' as const,
      item_index: 0,
      item_count: itemCount,
      current_path: null,
      done_bytes: 0,
      total_bytes: 0,
      results: [],
      mapping: { app, root, apply_ids: [...applyIds], done: 0, failed: 0, left: 0 },
    };
    const running: Running = {
      abort: new AbortController(),
      begun,
      counts: { done: 0, failed: 0, left: 0 },
      current: null,
      end: null,
      lastToldMs: 0,
      ended: Promise.resolve(),
    };
    running.ended = this.#run(running, act);
    this.#tasks.set(begun.task_id, running);
    this.#forgetOld();
    return { task: taskOf(running), ended: running.ended };
  }

  has(id: string): boolean {
    return this.#tasks.has(id);
  }

  show(id: string): Task {
    return taskOf(this.#find(id));
  }

  /** Answers when the task has ended, or with what it is when the time is up. */
  async wait(id: string, timeoutMs: number): Promise<Task> {
    const running = this.#find(id);
    const { promise: isTimeUp, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    await Promise.race([running.ended, isTimeUp]);
    clearTimeout(timer);
    return taskOf(running);
  }

  /** What is done stays. Answers when the task has ended. */
  async cancel(id: string): Promise<Task> {
    const running = this.#find(id);
    running.abort.abort();
    await running.ended;
    return taskOf(running);
  }

  async close(): Promise<void> {
    for (const { abort } of this.#tasks.values()) abort.abort();
    await Promise.all([...this.#tasks.values()].map(({ ended }) => ended));
  }

  async #run(running: Running, act: (hands: TaskHands) => Promise<void>): Promise<void> {
    const { signal } = running.abort;
    const onItem = (path: string, outcome: Outcome) => {
      running.counts[outcome] += 1;
      running.current = path;
      this.#tell(running, false);
    };
    let failure = {};
    try {
      await act({ signal, onItem });
    } catch (error) {
      if (!(error instanceof Failed)) this.#log('a mapping task failed', { error });
      failure = { failure: failureOf(error) };
    }
    const { item_index, item_count } = taskOf(running);
    running.current = null;
    running.end = { state: signal.aborted && item_index < item_count ? 'canceled' : 'done', ...failure };
    this.#tell(running, true);
  }

  #tell(running: Running, isLast: boolean): void {
    const nowMs = performance.now();
    if (!isLast && nowMs - running.lastToldMs < eventEveryMs) return;
    running.lastToldMs = nowMs;
    this.#emit({ kind: 'task_changed', task: taskOf(running) });
  }

  #find(id: string): Running {
    const running = this.#tasks.get(id);
    if (running === undefined) throw new Failed('not_found', { what: 'task', id });
    return running;
  }

  #forgetOld(): void {
    for (const [id, { end }] of this.#tasks) {
      if (this.#tasks.size <= rememberedTasks) return;
      if (end !== null) this.#tasks.delete(id);
    }
  }
}

/** A task as it stands. */
function taskOf({ begun, counts, current, end }: Running): Task {
  return {
    ...begun,
    item_index: counts.done + counts.failed + counts.left,
    current_path: current,
    mapping: { ...begun.mapping, ...counts },
    ...end,
  };
}
