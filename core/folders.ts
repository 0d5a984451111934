import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { keptLibrary } from './kept-library.ts';

/** Where everything lies; all absolute. */
export interface Folders {
  readonly libraryPath: string;
  /** What named it: only the last two can be changed from within. */
  readonly libraryFrom: 'option' | 'environment' | 'kept' | 'default';
  readonly dataPath: string;
  readonly outputsPath: string;
  /** Pictures that jobs start from. */
  readonly inputsPath: string;
  readonly jobsPath: string;
  readonly settingsPath: string;
  /** Of the door for other programs. */
  readonly doorPath: string;
  /** The ledger of links in other apps' folders, and rule files of the user's own. */
  readonly mappingsPath: string;
  /** What was found out about execution providers. */
  readonly verdictsPath: string;
  readonly logPath: string;
}

export interface FolderChoice {
  /** `--library DIR` */
  readonly library?: string | undefined;
  /** `--data DIR` */
  readonly data?: string | undefined;
  /** What relative choices are relative to. */
  readonly workingPath?: string | undefined;
}

/** What the machine says; replaced in tests. */
export interface FolderSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homePath: string;
  /** The platform's user-data folder of this program. */
  readonly userDataPath: string;
}

export function folderSurroundings(): FolderSurroundings {
  return { env: process.env, homePath: homedir(), userDataPath: envPaths('vitrine', { suffix: '' }).data };
}

/**
 * An option goes before its environment variable (`VITRINE_LIBRARY`, `VITRINE_DATA`), that before what a person chose in the window, that before
 * the default. An empty value counts as absent.
 */
export function resolveFolders(
  choice: FolderChoice = {},
  { env, homePath, userDataPath }: FolderSurroundings = folderSurroundings(),
): Folders {
  const workingPath = choice.workingPath ?? process.cwd();
  const absolute = (path: string) =>
    /^~([/\\]|$)/.test(path) ? join(homePath, path.slice(1)) : resolve(workingPath, path);
  const dataPath = absolute(choice.data || env.VITRINE_DATA || userDataPath);
  const kept = keptLibrary(dataPath);
  const libraryPath = absolute(choice.library || env.VITRINE_LIBRARY || kept || join(homePath, 'Vitrine'));
  const libraryFrom = choice.library ? 'option' : env.VITRINE_LIBRARY ? 'environment' : kept ? 'kept' : 'default';
  return {
    libraryPath,
    libraryFrom,
    dataPath,
    outputsPath: join(dataPath, 'outputs'),
    inputsPath: join(dataPath, 'inputs'),
    jobsPath: join(dataPath, 'jobs.db'),
    settingsPath: join(dataPath, 'settings.json'),
    doorPath: join(dataPath, 'server.json'),
    mappingsPath: join(dataPath, 'mappings'),
    verdictsPath: join(dataPath, 'providers.json'),
    logPath: join(dataPath, 'logs', 'vitrine.log'),
  };
}

/** Whether a folder is there and this user can't write into it; one that isn't there may still be made. */
export function isReadOnlyFolder(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch {
    return true;
  }
}
