import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { App, AppOptions } from './app.ts';
import type { Client } from './contract/command.ts';
import type { Failed, Failure } from './contract/failure.ts';
import { type OpenDoor, openDoor } from './core-door.ts';
import { resolveFolders } from './folders.ts';
import { openForReading } from './instance.ts';
import { type Lock, takeLock } from './instance-lock.ts';
import { openLog } from './log.ts';
import { type OpenRunner, openRunner } from './open-runner.ts';
import { type LockOptions, type Places, placesOf, takeLibrary } from './take-library.ts';

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
  const taking = await takeLibrary(places, options.lockWaitMs);
  switch (taking.kind) {
    case 'held':
      return ownConnection(options, places, taking.locks);
    case 'refused':
      return readingConnection(options, places, taking.refusal);
    case 'elsewhere': {
      const { createHttpClient } = await import('./http/client.ts');
      return connection(createHttpClient(taking.record.url, taking.record.key), { isOwn: false }, async () => {});
    }
  }
}

/** A core for commands that only read. Where another process has the data folder, an empty one of its own will do. */
async function readingConnection(options: ConnectOptions, places: Places, refusal: Failed): Promise<Connection> {
  if (options.withDoor) {
    const instance = await openForReading(options, places, refusal);
    const { clientOf } = await import('./own-client.ts');
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
    const { clientOf } = await import('./own-client.ts');
    const app = await createApp({ ...options, folders, refusal });
    undo.defer(() => app.close());
    return connection(clientOf(app), { isOwn: true, refusal }, () => undo.disposeAsync());
  } catch (error) {
    await undo.disposeAsync();
    throw error;
  }
}

/** A command that ends sooner needs no door, for another one waits for the library as long, and no care for the library. */
const quickCommandMs = 1_500;

/** Opens the door when a command takes long, behind it. Answers with what closes it. */
function openDoorLater(app: App, { instancePath }: Pick<Places, 'instancePath'>): () => Promise<void> {
  let door: Promise<OpenDoor | null> = Promise.resolve(null);
  const timer = setTimeout(() => {
    door = (async () => {
      const { createMetrics } = await import('./metrics.ts');
      return openDoor(app, createMetrics(), {}, instancePath);
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
    const { clientOf } = await import('./own-client.ts');
    const app = await createApp({ ...options, ...started });
    undo.defer(() => app.close());
    if (options.withDoor) undo.defer(openDoorLater(app, places));
    return connection(clientOf(app), { isOwn: true }, () => undo.disposeAsync());
  } catch (error) {
    await undo.disposeAsync();
    throw error;
  }
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
