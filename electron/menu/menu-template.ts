import { dirname } from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import type { ShellRequest } from '../../core/contract/shell/shell-request.ts';
import { menuWords } from './menu-words.ts';

export interface MenuPlaces {
  readonly appName: string;
  readonly libraryPath: string;
  readonly dataPath: string;
  readonly logPath: string;
  readonly crashesPath: string;
  readonly isDevelopment: boolean;
}

export interface MenuActs {
  readonly ask: (request: ShellRequest) => void;
  readonly openFolder: (path: string) => void;
}

/**
 * The native menu in the language of `language`, a BCP 47 tag. Roles bring the platform's own words and shortcuts; without an Edit menu
 * macOS has no copy and paste at all. The rest asks the page.
 */
export function menuTemplate(
  { appName, libraryPath, dataPath, logPath, crashesPath, isDevelopment }: MenuPlaces,
  language: string,
  { ask, openFolder }: MenuActs,
  platform: NodeJS.Platform,
): MenuItemConstructorOptions[] {
  const words = menuWords(language);
  const isMac = platform === 'darwin';
  const reveal = (label: string, path: string): MenuItemConstructorOptions => ({
    label,
    click: () => openFolder(path),
  });
  type Go = Extract<ShellRequest, { kind: 'go' }>;
  const go = (label: string, screen: Go['screen'], accelerator: string): MenuItemConstructorOptions => ({
    label,
    accelerator,
    click: () => ask({ kind: 'go', screen }),
  });
  const settings = go(words.settings, 'settings', 'CmdOrCtrl+,');
  return [
    ...(isMac ? [macAppMenu(appName, settings)] : []),
    {
      label: words.file,
      submenu: [
        { label: words.addModels, accelerator: 'CmdOrCtrl+O', click: () => ask({ kind: 'add', paths: [] }) },
        { type: 'separator' },
        reveal(words.openLibraryFolder, libraryPath),
        reveal(words.openDataFolder, dataPath),
        { type: 'separator' },
        ...(isMac ? [] : [settings, { type: 'separator' as const }]),
        { role: isMac ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: words.view,
      submenu: [
        go(words.models, 'models', 'CmdOrCtrl+1'),
        go(words.generate, 'generate', 'CmdOrCtrl+2'),
        go(words.queue, 'queue', 'CmdOrCtrl+3'),
        go(words.health, 'health', 'CmdOrCtrl+4'),
        go(words.mappings, 'mappings', 'CmdOrCtrl+5'),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...(isDevelopment ? [{ role: 'reload' as const }, { role: 'toggleDevTools' as const }] : []),
      ],
    },
    { role: 'windowMenu' },
    {
      label: words.help,
      role: 'help',
      submenu: [reveal(words.openLogFolder, dirname(logPath)), reveal(words.openCrashFolder, crashesPath)],
    },
  ];
}

/** macOS keeps the settings under the program's own name. */
function macAppMenu(label: string, settings: MenuItemConstructorOptions): MenuItemConstructorOptions {
  return {
    label,
    submenu: [
      { role: 'about' },
      { type: 'separator' },
      settings,
      { type: 'separator' },
      { role: 'services' },
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      { role: 'quit' },
    ],
  };
}
