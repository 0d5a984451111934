import { readFileSync, renameSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { invalidInput } from '../../contract/invalid-input.ts';
import { defaultOptions, Options } from '../../contract/settings/options.ts';
import { writeFault } from '../pictures/save-picture.ts';

/** settings.json: only what differs from the defaults is in it. Keys of other versions survive every rewrite. */
const SettingsFile = z.looseObject({
  schema_version: z.int().positive(),
  options: z.record(z.string(), z.unknown()),
});
type SettingsFile = z.infer<typeof SettingsFile>;

export interface SettingsStore {
  /** The options as they stand: those of the file, and over them what this session keeps. Frozen. */
  current(): Options;
  /** Changes the options for good. Throws `invalid_input` and changes nothing for a key that is none or a wrong value, `write_failed`, `disk_full`. */
  set(changes: Readonly<Record<string, unknown>>): Promise<Options>;
  /** Changes them until the program ends. Throws `invalid_input`. */
  keep(changes: Readonly<Record<string, unknown>>): Options;
}

/**
 * Opens the options of the data folder. A value that this version can't take counts as its default and stays in the file; a file that is
 * no settings file is put aside as `<name>.corrupt-<stamp>`.
 */
export function openSettings(path: string, log: (message: string) => void = () => undefined): SettingsStore {
  let file = readSettings(path, log);
  let session: Options = Object.freeze({ ...defaultOptions, ...understood(file.options, log) });
  let writing: Promise<void> = Promise.resolve();

  const checked = (changes: Readonly<Record<string, unknown>>): Options => {
    const result = Options.safeParse({ ...session, ...changes });
    if (!result.success) throw invalidInput(result.error);
    return Object.freeze(result.data);
  };
  const write = async (next: SettingsFile): Promise<void> => {
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFileAtomic(path, `${JSON.stringify(next, null, 2)}\n`);
    } catch (error) {
      throw writeFault(path, error);
    }
  };

  return {
    current: () => session,
    async set(changes) {
      // One after the other: each is made of what the one before left.
      const turn = writing.then(async () => {
        const next = checked(changes);
        const options: Record<string, unknown> = { ...file.options };
        for (const name of Object.keys(changes)) {
          const key = name as keyof Options;
          if (next[key] === defaultOptions[key]) delete options[key];
          else options[key] = next[key];
        }
        const whole = { ...file, options };
        await write(whole);
        file = whole;
        session = checked(changes);
        return session;
      });
      writing = turn.then(
        () => undefined,
        () => undefined,
      );
      return turn;
    },
    keep(changes) {
      session = checked(changes);
      return session;
    },
  };
}

function readSettings(path: string, log: (message: string) => void): SettingsFile {
  const empty: SettingsFile = { schema_version: 1, options: {} };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return empty;
    log(`The settings "${path}" could not be read and count as unset: ${String(error)}`);
    return empty;
  }
  try {
    return SettingsFile.parse(JSON.parse(text));
  } catch (error) {
    const aside = `${path}.corrupt-${new Date().toISOString().replaceAll(/[-:.]/g, '')}`;
    renameSync(path, aside);
    log(`The settings "${path}" are damaged (${String(error)}) and were put aside as "${aside}".`);
    return empty;
  }
}

function understood(raw: Readonly<Record<string, unknown>>, log: (message: string) => void): Partial<Options> {
  const known = Object.entries(raw).filter(([name, value]) => {
    if (!Object.hasOwn(Options.shape, name)) return false;
    const isFine = Options.shape[name as keyof typeof Options.shape].safeParse(value).success;
    if (!isFine) log(`The setting ${name} holds a value that it can't have (${JSON.stringify(value)}).`);
    return isFine;
  });
  return Object.fromEntries(known) as Partial<Options>;
}
