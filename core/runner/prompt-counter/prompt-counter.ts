import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { Failed, Failure } from '../../contract/failure.ts';
import { PromptSyntax } from '../../contract/generate/generate.ts';
import { PromptCounts } from '../../contract/generate/prompt.ts';

export const CountRequest = z.object({
  id: z.int(),
  entry_path: z.string().describe("The bundle's folder: only its tokenizer is read"),
  prompt: z.string(),
  negative_prompt: z.string(),
  steps: z.int().positive(),
  prompt_syntax: PromptSyntax,
});
type CountRequest = z.infer<typeof CountRequest>;

export const CountReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('counted'), id: z.int(), counts: PromptCounts }),
  z.object({ kind: z.literal('failed'), id: z.int(), failure: Failure }),
]);
export type CountReply = z.infer<typeof CountReply>;

export interface PromptCounter {
  /** Rejects with `unreadable` or `unsupported_config` for a tokenizer that can't be opened. */
  count(request: Omit<CountRequest, 'id'>): Promise<PromptCounts>;
  close(): Promise<void>;
}

interface Asked {
  readonly resolve: (counts: PromptCounts) => void;
  readonly reject: (error: Error) => void;
}

const defaultIdleMs = 120_000;

/**
 * Counts tokens in a worker thread that starts when it is first asked and ends when nobody asks for a while: opening a vocabulary takes a
 * tenth of a second, which nobody's window shall wait for, and the runner process may be in the middle of a picture.
 */
export function createPromptCounter(entryPath: string, idleMs = defaultIdleMs): PromptCounter {
  const asked = new Map<number, Asked>();
  let worker: Worker | null = null;
  let lastId = 0;
  let idleTimer: NodeJS.Timeout | null = null;

  const refuseAll = (of: Worker, error: Error): void => {
    if (worker !== of) return;
    worker = null;
    for (const { reject } of asked.values()) reject(error);
    asked.clear();
  };
  const end = async (): Promise<void> => {
    if (idleTimer) clearTimeout(idleTimer);
    const ending = worker;
    if (ending) refuseAll(ending, new Failed('runner_unavailable', { reason: 'Vitrine is closing' }));
    await ending?.terminate();
  };
  const rest = (): void => {
    if (idleTimer) clearTimeout(idleTimer);
    idleTimer = setTimeout(() => void end(), idleMs);
    idleTimer.unref();
  };
  const started = (): Worker => {
    if (worker) return worker;
    const thread = new Worker(entryPath);
    worker = thread;
    thread.unref();
    thread.on('message', (message: unknown) => {
      const reply = CountReply.parse(message);
      const { resolve, reject } = asked.get(reply.id) ?? {};
      asked.delete(reply.id);
      if (asked.size === 0) rest();
      if (reply.kind === 'counted') resolve?.(reply.counts);
      else reject?.(Failed.from(reply.failure));
    });
    thread.on('error', (error) => refuseAll(thread, error));
    thread.on('exit', () => refuseAll(thread, new Error('the thread that counts tokens ended')));
    return thread;
  };

  return {
    count: (request) => {
      const id = ++lastId;
      const { promise, resolve, reject } = Promise.withResolvers<PromptCounts>();
      asked.set(id, { resolve, reject });
      if (idleTimer) clearTimeout(idleTimer);
      started().postMessage({ id, ...request } satisfies CountRequest);
      return promise;
    },
    close: end,
  };
}
