import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { startProgramThread } from '../start-program-thread.ts';
import type { WeightRead } from './read-weight.ts';
import type { WeightReply } from './weight-thread.ts';

/** Reading from memory and writing to it, more threads wait for each other. */
const mostThreads = 4;
/** The parts of a network are loaded one after the other, with a run of each between. */
const idleMs = 2_000;

interface Asked extends PromiseWithResolvers<Float32Array> {
  readonly read: WeightRead;
  /** Those that it was asked for with. */
  readonly load: readonly WeightRead[];
}

interface Thread {
  readonly worker: Worker;
  /** Asked of it and not yet answered, in order. */
  readonly tasks: Asked[];
}

/** Weights that a thread is asked for at a time: this thread may be busy in the runtime when it has one. */
const mostTasks = 2;

const threads: Thread[] = [];
let waiting: Asked[] = [];
let idleTimer: NodeJS.Timeout | undefined;

/**
 * Weights as float32, read and cast in threads, in their order; each promise settles as its weight is there. When one fails, those behind it
 * are not read. The threads run no code but ours, and end when they had nothing to do for a while.
 */
export function readInThreads(reads: readonly WeightRead[]): readonly Promise<Float32Array>[] {
  const asked = reads.map((read): Asked => ({ read, load: reads, ...Promise.withResolvers() }));
  waiting.push(...asked);
  clearTimeout(idleTimer);
  const count = Math.min(mostThreads, availableParallelism(), waiting.length);
  while (threads.length < count) threads.push(startThread());
  for (const thread of threads) next(thread);
  return asked.map(({ promise }) => promise);
}

function fail(task: Asked, error: unknown): void {
  task.reject(error);
  for (const one of waiting) if (one.load === task.load) one.reject(error);
  waiting = waiting.filter((one) => one.load !== task.load);
}

function next(thread: Thread): void {
  const { worker, tasks } = thread;
  while (tasks.length < mostTasks) {
    const task = waiting.shift();
    if (task === undefined) break;
    tasks.push(task);
    worker.postMessage(task.read);
  }
  if (tasks.length > 0) {
    worker.ref();
    return;
  }
  worker.unref();
  if (threads.some((one) => one.tasks.length > 0)) return;
  clearTimeout(idleTimer);
  idleTimer = setTimeout(() => {
    for (const { worker: idle } of threads.splice(0)) void idle.terminate();
  }, idleMs).unref();
}

function startThread(): Thread {
  const thread: Thread = { worker: startProgramThread(import.meta.dirname, 'weight-thread'), tasks: [] };
  thread.worker.on('message', (reply: WeightReply) => {
    const task = thread.tasks.shift();
    if (task !== undefined && 'floats' in reply) task.resolve(reply.floats);
    else if (task !== undefined && 'error' in reply) fail(task, reply.error);
    next(thread);
  });
  const lose = (error: Error): void => {
    const at = threads.indexOf(thread);
    if (at >= 0) threads.splice(at, 1);
    for (const task of thread.tasks.splice(0)) fail(task, error);
    // Nobody would read what still waits.
    if (threads.length === 0) for (const task of waiting.splice(0)) task.reject(error);
  };
  thread.worker.on('error', lose);
  thread.worker.on('exit', () => lose(new Error('the thread that reads weights ended')));
  return thread;
}
