import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { CheckedInput, Commands } from './contract/command.ts';
import { Failed, failureOf } from './contract/failure.ts';
import { invalidInput } from './contract/invalid-input.ts';
import { ServerSettings, type ServerState, type serverCommands } from './contract/shell/server-commands.ts';

/** The HTTP door that other programs are told of: one that a person opens and closes, or the one that `vitrine serve` is. */
export interface PublicDoor {
  show(): ServerState;
  /** Throws `invalid_input`, `conflict` where the address was given at the start, `write_failed`. A port that is taken is in the answer. */
  set(change: CheckedInput<'server.set'>): Promise<ServerState>;
  close(): Promise<void>;
}

/** Filled by whoever opens doors for the core. */
export interface DoorPlace {
  current: PublicDoor;
}

/** A door that stands as it was opened. */
export function fixedDoor(address: { readonly url: string; readonly key: string | null } | null): PublicDoor {
  const { hostname = '127.0.0.1', port = '0' } = address === null ? {} : new URL(address.url);
  return {
    show: () => ({
      is_on: address !== null,
      is_fixed: true,
      host: hostname,
      port: Number(port),
      key: address?.key ?? null,
      url: address?.url ?? null,
      failure: null,
    }),
    set: async () => {
      throw new Failed('conflict', {
        reason: 'The address and the key were given when Vitrine was started. Start it with others to change them.',
      });
    },
    close: async () => undefined,
  };
}

interface OpenServer {
  readonly url: string;
  close(): Promise<void>;
}

interface PublicDoorOptions {
  /** Where its settings are kept. */
  readonly path: string;
  readonly start: (address: {
    readonly host: string;
    readonly port: number;
    readonly apiKey: string | null;
  }) => Promise<OpenServer>;
  readonly log: (message: string) => void;
}

/** Opens the door as it was left the last time. One that can't be opened is off, and says why. */
export async function openPublicDoor({ path, start, log }: PublicDoorOptions): Promise<PublicDoor> {
  let settings = readSettings(path, log);
  let server: OpenServer | null = null;
  let failure: ServerState['failure'] = null;
  let turn: Promise<unknown> = Promise.resolve();

  const open = async () => {
    failure = null;
    if (!settings.is_on) return;
    const { host, port, key } = settings;
    try {
      server = await start({ host, port, apiKey: key });
    } catch (error) {
      failure = failureOf(error);
      log(`The door for other programs could not be opened: ${failure.message}`);
    }
  };
  const shut = async () => {
    const open = server;
    server = null;
    await open?.close();
  };
  const show = (): ServerState => ({ ...settings, is_fixed: false, url: server?.url ?? null, failure });

  const change = async (wanted: CheckedInput<'server.set'>): Promise<ServerState> => {
    const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
    const checked = ServerSettings.safeParse({ ...settings, ...Object.fromEntries(given) });
    if (!checked.success) throw invalidInput(checked.error);
    const next = checked.data;
    if (next.host !== '127.0.0.1' && next.key === null)
      throw new Failed('invalid_input', { field: 'key', reason: 'an address that others reach needs one' });
    await write(path, next);
    settings = next;
    await shut();
    await open();
    return show();
  };

  await open();
  return {
    show,
    set(wanted) {
      const own = turn.then(() => change(wanted));
      turn = own.catch(() => undefined);
      return own;
    },
    close: () => turn.then(shut),
  };
}

/** The door's rows of the command table, carried out. */
export function commandsOfDoor(place: DoorPlace): Pick<Commands, keyof typeof serverCommands> {
  return {
    'server.show': async () => place.current.show(),
    'server.set': (change) => place.current.set(change),
  };
}

/** A file that is not there or can't be understood opens nothing. */
function readSettings(path: string, log: (message: string) => void): ServerSettings {
  try {
    return ServerSettings.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      log(`The settings of the door "${path}" could not be read, and it stays closed: ${String(error)}`);
    return ServerSettings.parse({});
  }
}

async function write(path: string, settings: ServerSettings): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    // The key is this user's alone.
    await writeFileAtomic(path, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw new Failed('write_failed', { path, reason: error instanceof Error ? error.message : String(error) });
  }
}
