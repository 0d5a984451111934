import type { App } from './app.ts';
import { Failed } from './contract/failure.ts';
import { type DoorOptions, openDoor } from './core-door.ts';
import { type Lock, takeLock } from './instance-lock.ts';
import { dataFailure, type LockOptions, type Places, placesOf, takeLibrary } from './take-library.ts';

export interface InstanceOptions extends LockOptions, DoorOptions {}

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
  const taking = await takeLibrary(places, options.lockWaitMs);
  switch (taking.kind) {
    case 'held':
      return open(options, places.instancePath, taking.locks);
    case 'refused':
      return openForReading(options, places, taking.refusal);
    case 'elsewhere': {
      const { pid, url } = taking.record;
      throw new Failed('conflict', {
        reason: `Another Vitrine (process ${pid}) already holds the library "${places.libraryPath}", at ${url}.`,
        pid,
        url,
      });
    }
  }
}

/** An instance of a library that it does not hold: the data folder is its own all the same, for its queue and pictures. */
export async function openForReading(
  options: InstanceOptions,
  places: Pick<Places, 'dataPath'>,
  refusal: Failed,
): Promise<Instance> {
  const data = takeLock(places.dataPath);
  // Whoever holds the library has the data folder, too: two queues in one are none.
  if (data === null) throw refusal.failure.code === 'library_locked' ? refusal : dataFailure(places);
  return open({ ...options, refusal }, null, data);
}

async function open(options: InstanceOptions, instancePath: string | null, locks: Lock): Promise<Instance> {
  const undo = new AsyncDisposableStack();
  try {
    undo.defer(() => locks.release());
    const { createApp } = await import('./app.ts');
    const { createMetrics } = await import('./metrics.ts');
    const metrics = createMetrics();
    const app = await createApp({ ...options, observers: [...(options.observers ?? []), metrics.observer] });
    undo.defer(() => app.close());
    const door = await openDoor(app, metrics, options, instancePath);
    undo.use(door);
    const close = () => undo.disposeAsync();
    return { app, url: door.url, key: door.key, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await undo.disposeAsync();
    throw error;
  }
}
