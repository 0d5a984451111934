import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { App, AppOptions } from './app.ts';
import { type Client, type CommandName, type CommandOutput, checkInput } from './contract/command.ts';
import { Failed, type Failure } from './contract/failure.ts';
import { isReadOnlyFolder, resolveFolders } from './folders.ts';
import {
  type InstanceRecord,
  type Lock,
  readInstanceRecord,
  removeInstanceRecord,
  takeLock,
  writeInstanceRecord,
} from './instance-lock.ts';
import { openLog } from './log.ts';
import type { Metrics } from './metrics.ts';
import { type OpenRunner, openRunner } from './open-runner.ts';
import { fixedDoor, openPublicDoor } from './public-door.ts';

interface LockOptions extends AppOptions {
  /** How long to wait for another process to let go of the library, or to answer. */
  readonly lockWaitMs?: number;
}

export interface InstanceOptions extends LockOptions {
  /** 127.0.0.1 unless told. */
  readonly host?: string;
  /** A free one unless told. */
  readonly port?: number;
  /** Undefined draws one, for a door that only programs of this user shall find; null asks for none. */
  readonly apiKey?: string | null;
  /** The folder of the built window. */
  readonly rendererFolder?: string | null;
  /** Whether a person may open a second door, for other programs, beside this one. Else this is the one that they are told of. */
  readonly opensPublicDoor?: boolean;
}

/** A core that holds its library, with its HTTP door open. */
export interface Instance extends AsyncDisposable {
  readonly app: App;
  readonly url: string;
  readonly key: string | null;
  close(): Promise<void>;
}

/**
 * Takes the library, builds the core, opens its HTTP door and says beside the library where that is, so that a command line finds it.
 * The window and `serve` are both this. A library that may not be written is opened for reading, and so is one whose holder does not answer.
 * Throws `Failed`: `conflict` where another instance answers or has the data folder, and what the rooms and the door fail with.
 */
export async function openInstance(options: InstanceOptions = {}): Promise<Instance> {
  const places = placesOf(options);
  if (isReadOnlyFolder(places.libraryPath)) return openForReading(options, places, readOnlyFailure(places));
  for (const end = Date.now() + (options.lockWaitMs ?? lockWaitMs); ; await sleep(lockRetryMs)) {
    const locks = takeLocks(places);
    if (locks !== null) return open(options, places, locks);
    const record = await answeringRecord(places);
    if (record !== null) {
      throw new Failed('conflict', {
        reason: `Another Vitrine (process ${record.pid}) already holds the library "${places.libraryPath}", at ${record.url}.`,
        pid: record.pid,
        url: record.url,
      });
    }
    if (Date.now() > end) return openForReading(options, places, lockedFailure(places));
  }
}

/** The core as the command line reaches it. */
export interface Connection extends Client, AsyncDisposable {
  /** Whether the core lives in this process. */
  readonly isOwn: boolean;
  /** Why the library is only read here: it may not be written, or another process holds it and does not answer. */
  readonly refusal: Failure | null;
  close(): Promise<void>;
}

export interface ConnectOptions extends LockOptions {
  /** Opens the HTTP door of an own core, so that other command lines can hand it their commands: for what takes long. */
  readonly withDoor?: boolean;
  /** Whether a picture waits for this core: the runner's process starts before all else, and the care for the library later. */
  readonly startsRunner?: boolean;
}

/**
 * Reaches the core of a library: that of a running instance over its HTTP door, or an own one in this process.
 * A library that may not be written is opened for reading, and so is one whose holder doesn't answer.
 */
export async function connect(options: ConnectOptions = {}): Promise<Connection> {
  const places = placesOf(options);
  if (isReadOnlyFolder(places.libraryPath)) return readingConnection(options, places, readOnlyFailure(places));
  for (const end = Date.now() + (options.lockWaitMs ?? lockWaitMs); ; await sleep(lockRetryMs)) {
    const locks = takeLocks(places);
    if (locks !== null) return ownConnection(options, places, locks);
    const record = await answeringRecord(places);
    if (record !== null) {
      const { createHttpClient } = await import('./http/client.ts');
      return connection(createHttpClient(record.url, record.key), { isOwn: false }, async () => {});
    }
    if (Date.now() > end) return readingConnection(options, places, lockedFailure(places));
  }
}

/** Long enough for a command line that lists or registers to end, or for a window to open its door. */
const lockWaitMs = 10_000;
const lockRetryMs = 100;
const answerTimeoutMs = 5000;

interface Places {
  readonly libraryPath: string;
  readonly dataPath: string;
  /** The library's own folder for what belongs to this machine. */
  readonly instancePath: string;
}

/** Without the folder where an instance says where it answers: it holds no library. */
type OpenPlaces = Pick<Places, 'libraryPath'> & { readonly instancePath: string | null };

function placesOf(options: AppOptions): Places {
  const { libraryPath, dataPath } = options.folders ?? resolveFolders();
  return { libraryPath, dataPath, instancePath: join(libraryPath, '.vitrine') };
}

/** The library's lock and that of the data folder, whose job queue also has one owner. Null where another process has the library. */
function takeLocks({ instancePath, dataPath }: Places): Lock | null {
  const library = takeLock(instancePath);
  if (library === null) return null;
  let data: Lock | null;
  try {
    data = takeLock(dataPath);
  } catch (error) {
    library.release();
    throw error;
  }
  if (data === null) {
    library.release();
    throw dataFailure({ dataPath });
  }
  return {
    release() {
      data.release();
      library.release();
    },
  };
}

function dataFailure({ dataPath }: Pick<Places, 'dataPath'>): Failed {
  return new Failed('conflict', {
    reason: `Another Vitrine uses the data folder "${dataPath}" with another library. Close it, or choose another folder with --data.`,
    path: dataPath,
  });
}

async function answeringRecord({ instancePath, libraryPath }: Places): Promise<InstanceRecord | null> {
  const record = readInstanceRecord(instancePath);
  if (record === null) return null;
  const { createHttpClient } = await import('./http/client.ts');
  try {
    const status = await createHttpClient(record.url, record.key, answerTimeoutMs).call('app.status', {});
    return status.library_path === libraryPath ? record : null;
  } catch (error) {
    if (error instanceof Failed) return null;
    throw error;
  }
}

function lockedFailure({ instancePath, libraryPath }: Places): Failed {
  return new Failed('library_locked', { path: libraryPath, pid: readInstanceRecord(instancePath)?.pid ?? 'unknown' });
}

function readOnlyFailure({ libraryPath }: Places): Failed {
  const reason = 'this user may not write there, or its drive is read-only. It is open for reading only.';
  return new Failed('write_failed', { path: libraryPath, reason });
}

/** An instance of a library that it does not hold: the data folder is its own all the same, for its queue and pictures. */
async function openForReading(options: InstanceOptions, places: Places, refusal: Failed): Promise<Instance> {
  const data = takeLock(places.dataPath);
  // Whoever holds the library has the data folder, too: two queues in one are none.
  if (data === null) throw refusal.failure.code === 'library_locked' ? refusal : dataFailure(places);
  return open({ ...options, refusal }, { ...places, instancePath: null }, data);
}

/** A core for commands that only read. Where another process has the data folder, an empty one of its own will do. */
async function readingConnection(options: ConnectOptions, places: Places, refusal: Failed): Promise<Connection> {
  if (options.withDoor) {
    const instance = await openForReading(options, places, refusal);
    return connection(clientOf(instance.app), { isOwn: true, refusal }, () => instance.close());
  }
  const undo = new AsyncDisposableStack();
  try {
    const data = takeLock(places.dataPath);
    let folders = options.folders ?? resolveFolders();
    if (data === null) {
      const path = await mkdtemp(join(tmpdir(), 'vitrine-data-'));
      undo.defer(() => rm(path, { recursive: true, force: true }));
      folders = { ...resolveFolders({ data: path }), libraryPath: folders.libraryPath };
    } else undo.defer(() => data.release());
    const { createApp } = await import('./app.ts');
    const app = await createApp({ ...options, folders, refusal });
    undo.defer(() => app.close());
    return connection(clientOf(app), { isOwn: true, refusal }, () => undo.disposeAsync());
  } catch (error) {
    await undo.disposeAsync();
    throw error;
  }
}

async function open(options: InstanceOptions, places: OpenPlaces, locks: Lock): Promise<Instance> {
  const undo = new AsyncDisposableStack();
  try {
    undo.defer(() => locks.release());
    const { createApp } = await import('./app.ts');
    const { createMetrics } = await import('./metrics.ts');
    const metrics = createMetrics();
    const app = await createApp({ ...options, observers: [...(options.observers ?? []), metrics.observer] });
    undo.defer(() => app.close());
    const door = await openDoor(app, metrics, options, places);
    undo.use(door);
    const close = () => undo.disposeAsync();
    return { app, url: door.url, key: door.key, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await undo.disposeAsync();
    throw error;
  }
}

interface OpenDoor extends AsyncDisposable {
  readonly url: string;
  readonly key: string | null;
}

/** Opens the HTTP door of a core and says beside the library where it is. */
async function openDoor(
  app: App,
  metrics: Metrics,
  options: InstanceOptions,
  { instancePath }: OpenPlaces,
): Promise<OpenDoor> {
  const undo = new AsyncDisposableStack();
  try {
    undo.defer(metrics.watch(app));
    const { startServer } = await import('./http/server.ts');
    const key = options.apiKey === undefined ? randomBytes(24).toString('base64url') : options.apiKey;
    const start = (address: { readonly host: string; readonly port: number; readonly apiKey: string | null }) =>
      startServer({ ...app, ...address, metrics, rendererPath: options.rendererFolder ?? null });
    const server = await start({ host: options.host ?? '127.0.0.1', port: options.port ?? 0, apiKey: key });
    undo.defer(() => server.close());
    const { url } = server;
    app.door.current = options.opensPublicDoor
      ? await openPublicDoor({
          path: app.folders.doorPath,
          start,
          log: (message) => app.log.warn(message),
        })
      : fixedDoor({ url, key });
    undo.defer(() => app.door.current.close());
    if (instancePath !== null) {
      await writeInstanceRecord(instancePath, { pid: process.pid, url, key, started_at: new Date().toISOString() });
      undo.defer(() => removeInstanceRecord(instancePath));
    }
    return { url, key, [Symbol.asyncDispose]: () => undo.disposeAsync() };
  } catch (error) {
    await undo.disposeAsync();
    throw error;
  }
}

/** A command that ends sooner needs no door, for another one waits for the library as long, and no care for the library. */
const quickCommandMs = 1_500;

/** Opens the door when a command takes long, behind it. Answers with what closes it. */
function openDoorLater(app: App, options: ConnectOptions, places: Places): () => Promise<void> {
  let door: Promise<OpenDoor | null> = Promise.resolve(null);
  const timer = setTimeout(() => {
    door = (async () => {
      const { createMetrics } = await import('./metrics.ts');
      return openDoor(app, createMetrics(), options, places);
    })().catch((error: unknown) => {
      app.log.warn({ err: error }, 'no door for other commands');
      return null;
    });
  }, quickCommandMs);
  return async () => {
    clearTimeout(timer);
    await (await door)?.[Symbol.asyncDispose]();
  };
}

interface PictureCore extends Pick<AppOptions, 'folders' | 'log' | 'upkeepDelayMs' | 'showsPreviews'> {
  readonly runner: OpenRunner;
}

/**
 * What makes a core one that a picture waits for. Its runner's process starts now and loads beside the core's own modules, on another
 * processor; commands that take their turn in it show a bar at most.
 */
function startRunner(options: ConnectOptions): PictureCore {
  const { folders = resolveFolders(), env = process.env } = options;
  const log = options.log ?? openLog({ path: folders.logPath, isVerbose: env.VITRINE_DEBUG === '1' });
  const runner = openRunner({ ...options, folders, log, env });
  return { folders, log, runner, upkeepDelayMs: quickCommandMs, showsPreviews: false };
}

async function ownConnection(options: ConnectOptions, places: Places, locks: Lock): Promise<Connection> {
  const undo = new AsyncDisposableStack();
  try {
    undo.defer(() => locks.release());
    const started = options.startsRunner ? startRunner(options) : null;
    if (started !== null) {
      undo.defer(() => started.runner.imageRunner.close());
      // Loading modules holds this thread, and the process is not there before it turns.
      await setImmediate();
    }
    const { createApp } = await import('./app.ts');
    const app = await createApp({ ...options, ...started });
    undo.defer(() => app.close());
    if (options.withDoor) undo.defer(openDoorLater(app, options, places));
    return connection(clientOf(app), { isOwn: true }, () => undo.disposeAsync());
  } catch (error) {
    await undo.disposeAsync();
    throw error;
  }
}

/** The core of this process as a client: input is checked as at every other door. */
export function clientOf({ commands }: Pick<App, 'commands'>): Client {
  return {
    async call<Name extends CommandName>(name: Name, input: unknown): Promise<CommandOutput<Name>> {
      const act = commands[name];
      return act(checkInput(name, input));
    },
  };
}

function connection(
  client: Client,
  { isOwn, refusal }: { readonly isOwn: boolean; readonly refusal?: Failed },
  close: () => Promise<void>,
): Connection {
  return {
    call: client.call,
    isOwn,
    refusal: refusal?.failure ?? null,
    close,
    [Symbol.asyncDispose]: close,
  };
}
