import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../sync-folder.ts';
import { JournalLine } from './journal-line.ts';

/** Lines that are not written yet: so many at most, so that a kill loses little of what was done. */
const bufferedLines = 512;

/** A file of lines that is only ever added to. */
export class Journal {
  readonly #handle: FileHandle;
  #buffer: string[] = [];
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Opens a journal to add to it, or makes it, for its owner alone. */
  static async open(path: string): Promise<Journal> {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, 'a+', 0o600);
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    // A line that a kill cut short stays one of its own.
    if (size > 0 && last.toString() !== '\n') await handle.appendFile('\n');
    await syncFolder(dirname(path));
    return new Journal(handle);
  }

  /** Adds lines; they are in the file at the latest when {@link flush} resolves. */
  add(...lines: readonly JournalLine[]): void {
    for (const line of lines) this.#buffer.push(`${JSON.stringify(line)}\n`);
    if (this.#buffer.length >= bufferedLines) this.#write();
  }

  /** Writes what was added: a kill of this process loses none of it. */
  async flush(): Promise<void> {
    this.#write();
    await this.#lastWrite;
  }

  /** Writes what was added, and has the drive keep it: not even a power cut loses it. */
  async sync(): Promise<void> {
    await this.flush();
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#handle.close();
    }
  }

  #write(): void {
    if (this.#buffer.length === 0) return;
    const text = this.#buffer.join('');
    this.#buffer = [];
    this.#lastWrite = this.#lastWrite.then(() => this.#handle.appendFile(text));
    // Whoever flushes hears of it; until then it is nobody's.
    this.#lastWrite.catch(() => undefined);
  }
}

/** The lines of a journal. A last line that was cut short by a kill is none; so is what is no line of ours, and `onBadLine` is told of it. */
export async function readJournal(path: string, onBadLine: (line: number) => void): Promise<JournalLine[]> {
  const texts = (await readFile(path, 'utf8')).split('\n');
  const lines: JournalLine[] = [];
  for (const [at, text] of texts.entries()) {
    // The event loop's other users come in between.
    if (at % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
    if (text === '') continue;
    const line = lineOf(text);
    if (line !== null) lines.push(line);
    else if (at < texts.length - 1) onBadLine(at + 1);
  }
  return lines;
}

function lineOf(text: string): JournalLine | null {
  try {
    const read = JournalLine.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
