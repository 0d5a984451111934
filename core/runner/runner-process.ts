import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Failed } from '../contract/failure.ts';
import { RunnerReply, type RunnerRequest } from '../contract/generate/runner.ts';

export interface RunnerProcessOptions {
  /** The script of the process. */
  readonly entryPath: string;
  /** A real Node executable: Electron's own would trap single allocations of 2 GiB and more. */
  readonly nodePath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly startTimeoutMs: number;
  /** Gets each line that the process writes to its standard error. */
  readonly log: (line: string) => void;
}

const disconnectGraceMs = 1_000;
const stderrGraceMs = 500;
const longestStderrLine = 2_000;

/** One life of the child process: from its start to its end, whatever ends it. */
export class RunnerProcess {
  /** Resolves with the cause once the process is gone; never rejects. */
  readonly ended: Promise<string>;
  readonly threads: number;
  /** Called for each checked reply; set by whoever asks. */
  onReply: ((reply: RunnerReply) => void) | null = null;
  readonly #child: ChildProcess;
  #garbage: string | null = null;

  private constructor(child: ChildProcess, ended: Promise<string>, threads: number) {
    this.#child = child;
    this.ended = ended;
    this.threads = threads;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Starts the script and waits for its `ready`. Rejects with `runner_unavailable`. */
  static async start(options: RunnerProcessOptions): Promise<RunnerProcess> {
    const child = spawn(options.nodePath, [options.entryPath], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      windowsHide: true,
      env: options.env,
    });
    const stderr = lastWords(child, options.log);
    let ofRunner: RunnerProcess | null = null;
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      // Not 'close': it never comes after a disconnect of ours.
      child.once('exit', async (code, signal) => {
        const cause = ofRunner?.faultOfMessages ?? (signal === null ? `exit code ${code}` : `signal ${signal}`);
        const words = await stderr;
        // Whoever is killed has no last words: what it said before was about something else.
        resolve(words === '' || signal === 'SIGKILL' ? cause : `${cause}: ${words}`);
      });
    });

    const threads = await new Promise<number>((resolve, reject) => {
      const refuse = (reason: string): void => {
        child.kill('SIGKILL');
        reject(new Failed('runner_unavailable', { reason }));
      };
      const timer = setTimeout(
        () => refuse(`it did not answer within ${options.startTimeoutMs / 1000} s`),
        options.startTimeoutMs,
      );
      child.once('message', (message) => {
        clearTimeout(timer);
        const reply = RunnerReply.safeParse(message);
        if (reply.success && reply.data.kind === 'ready') resolve(reply.data.threads);
        else refuse('its first message was not "ready"');
      });
      void ended.then((reason) => {
        clearTimeout(timer);
        refuse(reason);
      });
    });

    ofRunner = new RunnerProcess(child, ended, threads);
    ofRunner.#listen();
    return ofRunner;
  }

  get faultOfMessages(): string | null {
    return this.#garbage;
  }

  /** A process that is already gone swallows the request: `ended` tells. */
  send(request: RunnerRequest): void {
    if (this.#child.connected) this.#child.send(request, () => undefined);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Lets the process end by itself, by cutting its line; kills it when it does not. */
  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.kill(), disconnectGraceMs);
    await this.ended;
    clearTimeout(timer);
  }

  #listen(): void {
    this.#child.on('message', (message) => {
      const reply = RunnerReply.safeParse(message);
      if (reply.success && hasWholePixels(reply.data)) {
        this.onReply?.(reply.data);
        return;
      }
      // Whatever wrote this is no longer the program that we started: nothing it says can be believed.
      this.#garbage = 'it sent a message that is not part of the protocol';
      this.kill();
    });
  }
}

function hasWholePixels(reply: RunnerReply): boolean {
  if (reply.kind !== 'event' || reply.event.kind === 'progress') return true;
  const { width, height, rgb } = reply.event.pixels;
  return rgb.byteLength === width * height * 3;
}

/** A line of a stack, Node's signature below one, and warnings, such as the runtime's where it finds no driver of a graphics card. */
const saysNoCause = /^(at |Node\.js v|warning\b)/i;

/** Reads standard error to its end, and resolves with the line that says most: the last that looks like an error, else the last. */
function lastWords(child: ChildProcess, log: (line: string) => void): Promise<string> {
  const { stderr } = child;
  if (!stderr) return Promise.resolve('');
  let last = '';
  let lastError = '';
  const lines = createInterface({ input: stderr });
  lines.on('line', (line) => {
    log(line);
    const text = line.trim().slice(0, longestStderrLine);
    if (text === '' || saysNoCause.test(text)) return;
    last = text;
    if (/^(\w*(Error|Failed)\b.*:|terminate called|FATAL)/.test(text)) lastError = text;
  });
  return new Promise((resolve) => {
    const finish = (): void => resolve(lastError || last);
    lines.once('close', finish);
    // A grandchild that inherited the pipe would keep it open.
    child.once('exit', () => setTimeout(finish, stderrGraceMs).unref());
  });
}
