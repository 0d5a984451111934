import { randomBytes } from 'node:crypto';
import type { App } from './app.ts';
import { removeInstanceRecord, writeInstanceRecord } from './instance-lock.ts';
import type { Metrics } from './metrics.ts';
import { fixedDoor, openPublicDoor } from './public-door.ts';

export interface DoorOptions {
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

export interface OpenDoor extends AsyncDisposable {
  readonly url: string;
  readonly key: string | null;
}

/** Opens the HTTP door of a core and says in `instancePath` where it is; null where it holds no library. */
export async function openDoor(
  app: App,
  metrics: Metrics,
  options: DoorOptions,
  instancePath: string | null,
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
