import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { normalize, sep } from 'node:path';
import { Failed } from '../../contract/failure.ts';

/** How drives that may hang are known and asked; replaced in tests. */
export interface DriveQuestions {
  /** Mount points of drives that may fail to answer for ever, the longest first. Asks no such drive. */
  readonly slowMounts: () => Promise<readonly string[]>;
  /** Resolves when the drive answered, whatever it said; perhaps never. */
  readonly ask: (mount: string) => Promise<void>;
  readonly patienceMs: number;
}

/** Long for a drive over the network that works, short for who waits. */
const patienceMs = 2000;
/** How long an answer counts: many models are asked for one after the other. */
const keptMs = 5000;

interface Asked {
  readonly answer: Promise<boolean>;
  atMs: number;
  /** Until the question itself returns nobody asks again: what hangs would only be more. */
  isOpen: boolean;
}

/**
 * Tells whether the drive of a path answers, before anything else is asked of it. The call for a file on a network drive whose server is gone
 * doesn't return, and can't be taken back: four of them would hold up every file of the program.
 */
export class DriveProbe {
  readonly #questions: DriveQuestions;
  readonly #asked = new Map<string, Asked>();

  constructor(questions: DriveQuestions = systemQuestions) {
    this.#questions = questions;
  }

  async answers(path: string): Promise<boolean> {
    const mount = await this.#slowMountOf(path);
    if (mount === undefined) return true;
    const known = this.#asked.get(mount);
    if (known !== undefined && (known.isOpen || performance.now() - known.atMs < keptMs)) return known.answer;
    return this.#ask(mount).answer;
  }

  /** The mount points of drives that do not answer. */
  async silentMounts(): Promise<string[]> {
    const silent: string[] = [];
    for (const mount of await this.#questions.slowMounts()) if (!(await this.answers(mount))) silent.push(mount);
    return silent;
  }

  /** The mount points of drives that may stop to answer. */
  slowMounts(): Promise<readonly string[]> {
    return this.#questions.slowMounts();
  }

  /** Throws `unreadable` where the drive of a path does not answer. */
  async assertAnswers(path: string): Promise<void> {
    if (!(await this.answers(path))) throw silent(path);
  }

  /**
   * What `read` gives, which reads below a path and changes nothing. Throws `unreadable` where the drive does not answer, or stops to in the middle:
   * the call that hangs then is left behind, and whoever waits for the answer goes on.
   */
  async whileAnswering<Result>(path: string, read: () => Promise<Result>): Promise<Result> {
    await this.assertAnswers(path);
    const mount = await this.#slowMountOf(path);
    if (mount === undefined) return read();
    const { promise: silence, reject } = Promise.withResolvers<never>();
    const timer = setInterval(() => {
      const known = this.#asked.get(mount);
      const { answer } = known?.isOpen ? known : this.#ask(mount);
      void answer.then((answers) => {
        if (!answers) reject(silent(path));
      });
    }, this.#questions.patienceMs).unref();
    try {
      return await Promise.race([read(), silence]);
    } finally {
      clearInterval(timer);
    }
  }

  async #slowMountOf(path: string): Promise<string | undefined> {
    const mounts = await this.#questions.slowMounts();
    const normal = mounts.length === 0 ? path : normalize(path);
    return mounts.find((point) => normal === point || normal.startsWith(point.endsWith(sep) ? point : point + sep));
  }

  #ask(mount: string): Asked {
    const { promise: answer, resolve } = Promise.withResolvers<boolean>();
    const asked: Asked = { answer, atMs: performance.now(), isOpen: true };
    this.#asked.set(mount, asked);
    const timer = setTimeout(() => {
      resolve(false);
      // When it answers after all, the next question is asked anew.
      asked.atMs = Number.NEGATIVE_INFINITY;
    }, this.#questions.patienceMs).unref();
    const answered = () => {
      clearTimeout(timer);
      asked.isOpen = false;
      resolve(true);
    };
    // An answer that is an error is an answer.
    this.#questions.ask(mount).then(answered, answered);
    return asked;
  }
}

function silent(path: string): Failed {
  const reason = 'its drive does not answer. Check its connection, then try again.';
  return new Failed('unreadable', { path, reason });
}

/** Types of file systems whose files are elsewhere, or in the hands of another program. */
const slowTypes = /^(nfs\d*|cifs|smb3|smbfs|fuse|fuse\..*|9p|afs|ceph|glusterfs|lustre|davfs|autofs)$/;

/** The mount points of slow drives in a `/proc/self/mountinfo`, the longest first. */
export function slowMountsIn(mountInfo: string): string[] {
  return mountInfo
    .split('\n')
    .flatMap((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const point = before.split(' ')[4];
      const isSlow = slowTypes.test(after.split(' ')[0] ?? '');
      // Spaces and the like stand as three octal digits.
      return point === undefined || !isSlow
        ? []
        : [point.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))];
    })
    .sort((a, b) => b.length - a.length);
}

/** How long the list of mounts counts: a library of a hundred thousand models asks for each. */
const mountsKeptMs = 2000;
let mounts: Promise<readonly string[]> = Promise.resolve([]);
let mountsAtMs = Number.NEGATIVE_INFINITY;

const systemQuestions: DriveQuestions = {
  slowMounts() {
    if (performance.now() - mountsAtMs < mountsKeptMs) return mounts;
    mountsAtMs = performance.now();
    mounts = readSlowMounts().catch(() => []);
    return mounts;
  },
  async ask(mount) {
    // Another process may hang in the place of ours; it is not waited for at the end.
    await new Promise<void>((resolve) => {
      execFile('stat', [mount], () => resolve()).unref();
    });
  },
  patienceMs,
};

async function readSlowMounts(): Promise<string[]> {
  // The kernel's own list: reading it asks no drive.
  if (process.platform === 'linux') return slowMountsIn(await readFile('/proc/self/mountinfo', 'utf8'));
  // Drives of every kind are mounted there, and names of a folder are not asked of them.
  if (process.platform === 'darwin') return (await readdir('/Volumes')).map((name) => `/Volumes/${name}`);
  return [];
}
