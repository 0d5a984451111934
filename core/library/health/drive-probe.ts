import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import { Failed } from '../../contract/failure.ts';
import { mountPointsOf } from './volume.ts';

/** How drives that may hang are known and asked; replaced in tests. */
export interface DriveQuestions {
  /** The mount point of the drive that a path is on, where that drive may fail to answer for ever; null for others. Asks no such drive. */
  readonly slowMountOf: (path: string) => Promise<string | null>;
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
    const mount = await this.#questions.slowMountOf(path);
    if (mount === null) return true;
    const known = this.#asked.get(mount);
    if (known !== undefined && (known.isOpen || performance.now() - known.atMs < keptMs)) return known.answer;
    return this.#ask(mount).answer;
  }

  /** Throws `unreadable` where the drive of a path does not answer. */
  async assertAnswers(path: string): Promise<void> {
    if (await this.answers(path)) return;
    const reason = 'its drive does not answer. Check its connection, then try again.';
    throw new Failed('unreadable', { path, reason });
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

/** Of the kernel's own list: reading it asks no drive. */
function slowMounts(): Promise<readonly string[]> {
  if (performance.now() - mountsAtMs < mountsKeptMs) return mounts;
  mountsAtMs = performance.now();
  mounts = readFile('/proc/self/mountinfo', 'utf8').then(slowMountsIn, () => []);
  return mounts;
}

const systemQuestions: DriveQuestions = {
  async slowMountOf(path) {
    if (process.platform === 'darwin') return mountPointsOf(path, 'darwin')[0] ?? null;
    if (process.platform === 'win32') {
      const { root } = win32.parse(path);
      return root.startsWith('\\\\') ? root : null;
    }
    const points = await slowMounts();
    if (points.length === 0) return null;
    const normal = posix.normalize(path);
    return points.find((point) => normal === point || normal.startsWith(`${point}/`)) ?? null;
  },
  async ask(mount) {
    if (process.platform === 'win32') {
      await stat(mount);
      return;
    }
    // Another process may hang in the place of ours; it is not waited for at the end.
    await new Promise<void>((resolve) => {
      execFile('stat', [mount], () => resolve()).unref();
    });
  },
  patienceMs,
};
