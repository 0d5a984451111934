import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeBrowser, windows } from './browser.ts';
import { cancelable } from './cancelable.ts';

export interface About {
  readonly appPath: string;
  readonly name: string;
  readonly version: string;
}

export class App extends EventEmitter {
  /** The check of the package says so by naming its resources. */
  readonly isPackaged = process.env.VITRINE_STAND_IN_RESOURCES !== undefined;
  readonly commandLine = { appendSwitch(_name: string, _value?: string): void {} };
  readonly #temporary = mkdtempSync(join(tmpdir(), 'electron-stand-in-'));
  readonly #paths = new Map<string, string>();
  readonly #ready = Promise.withResolvers<void>();
  #about: About = { appPath: process.cwd(), name: 'Electron', version: '0.0.0' };
  #isReady = false;
  #isQuitting = false;

  describe(about: About): void {
    this.#about = about;
  }
  get isQuitting(): boolean {
    return this.#isQuitting;
  }
  becomeReady(): void {
    this.#isReady = true;
    this.#ready.resolve();
    this.emit('ready', {}, {});
  }

  // Electron's own.
  whenReady(): Promise<void> {
    return this.#ready.promise;
  }
  isReady(): boolean {
    return this.#isReady;
  }
  getAppPath(): string {
    return this.#about.appPath;
  }
  getName(): string {
    return this.#about.name;
  }
  getVersion(): string {
    return this.#about.version;
  }
  getLocale(): string {
    return 'en-US';
  }
  setPath(name: string, path: string): void {
    this.#paths.set(name, path);
  }
  getPath(name: string): string {
    if (name === 'exe') return process.execPath;
    if (name === 'home') return homedir();
    if (name === 'temp') return tmpdir();
    const path = this.#paths.get(name) ?? join(this.#temporary, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** One holder a user-data folder. Another's attempt is told to the holder through a file. */
  requestSingleInstanceLock(given: object = {}): boolean {
    const folder = this.getPath('userData');
    const lockFile = join(folder, 'stand-in.lock');
    const knock = 'stand-in.second-instance';
    if (isAlive(readNumber(lockFile))) {
      writeFileSync(join(folder, knock), JSON.stringify(given));
      return false;
    }
    writeFileSync(lockFile, String(process.pid));
    watch(folder, (_event, file) => {
      if (file !== knock) return;
      const text = readFileSync(join(folder, knock), 'utf8');
      // Told twice for one write: once of the empty file.
      if (text !== '') this.emit('second-instance', {}, [], folder, JSON.parse(text));
    }).unref();
    process.on('exit', () => rmSync(lockFile, { force: true }));
    return true;
  }

  /** What would start again is the test's to start. */
  relaunch(): void {}
  quit(): void {
    if (this.#isQuitting) return;
    const before = cancelable();
    this.emit('before-quit', before);
    if (before.defaultPrevented) return;
    this.#isQuitting = true;
    void Promise.all([...windows].map((window) => window.requestClose())).then(() => {
      const will = cancelable();
      if (windows.size === 0) this.emit('will-quit', will);
      if (windows.size > 0 || will.defaultPrevented) this.#isQuitting = false;
      else this.exit(0);
    });
  }
  exit(code = 0): void {
    this.emit('quit', {}, code);
    void closeBrowser().then(() => {
      rmSync(this.#temporary, { recursive: true, force: true, maxRetries: 3 });
      process.exit(code);
    });
  }
}

function readNumber(file: string): number | null {
  try {
    return Number(readFileSync(file, 'utf8')) || null;
  } catch {
    return null;
  }
}

function isAlive(pid: number | null): boolean {
  if (pid === null || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const app = new App();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit());
