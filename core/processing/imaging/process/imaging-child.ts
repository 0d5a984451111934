import { type ChildProcess, spawn } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { createInterface } from 'node:readline';
import { Failed } from '../../../contract/failure.ts';
import { type ActName, ImagingReply, type ImagingRequest } from './messages.ts';

export interface ImagingChildOptions {
  /** The script of the process. */
  readonly entryPath: string;
  /** A real Node executable, never Electron's own. */
  readonly nodePath: string;
  /** Gets each line that the process writes to its standard error. */
  readonly log: (line: string) => void;
}

/** The process is gone, and what it was asked with it. */
export class ChildEnded extends Error {}

type Answer = PromiseWithResolvers<unknown>;

/** One life of the process: from its start to its end, whatever ends it. */
export class ImagingChild {
  readonly #child: ChildProcess;
  readonly #asked = new Map<number, Answer>();
  readonly #ended = Promise.withResolvers<void>();
  #lastId = 0;

  constructor({ entryPath, nodePath, log }: ImagingChildOptions, onEnd: () => void) {
    this.#child = spawn(nodePath, [entryPath], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      windowsHide: true,
      env: { NODE_COMPILE_CACHE: getCompileCacheDir(), ...process.env },
    });
    if (this.#child.stderr) createInterface({ input: this.#child.stderr }).on('line', log);
    const end = (reason: string): void => {
      onEnd();
      this.#ended.resolve();
      for (const { reject } of this.#asked.values()) reject(new ChildEnded(reason));
      this.#asked.clear();
    };
    this.#child.once('error', ({ message }) => end(message));
    this.#child.once('exit', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
    this.#child.on('message', (message) => this.#take(ImagingReply.parse(message)));
  }

  get isIdle(): boolean {
    return this.#asked.size === 0;
  }

  /** Rejects with `ChildEnded`, with what the act failed with, or with an `Error` of what sharp said. */
  ask(act: ActName, args: readonly unknown[]): Promise<unknown> {
    const id = ++this.#lastId;
    const answer: Answer = Promise.withResolvers();
    this.#asked.set(id, answer);
    // One that is already gone swallows the request: its end tells.
    this.#child.send({ id, act, args: [...args] } satisfies ImagingRequest, () => undefined);
    return answer.promise;
  }

  /** Kills the process: it has nothing to put away, and an end of its own takes libvips 25 ms. */
  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended.promise;
  }

  #take(reply: ImagingReply): void {
    const answer = this.#asked.get(reply.id);
    this.#asked.delete(reply.id);
    if (reply.kind === 'done') answer?.resolve(reply.value);
    else answer?.reject(reply.kind === 'failed' ? Failed.from(reply.failure) : new Error(reply.message));
  }
}
