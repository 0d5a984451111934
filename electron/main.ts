import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { app, type BrowserWindow, dialog, nativeTheme } from 'electron';
import { z } from 'zod';
import { failureOf } from '../core/contract/failure.ts';
import { resolveFolders } from '../core/folders.ts';
import { type Instance, openInstance } from '../core/instance.ts';
import { channels } from './bridge.ts';
import { announceProtocols, pageUrl, serveContent } from './content/serve-content.ts';
import { dialogWords } from './dialog-words.ts';
import { openIpc } from './ipc.ts';
import { setMenu } from './menu/set-menu.ts';
import { appPaths } from './paths.ts';
import { createShellRequests } from './shell-requests.ts';
import { readStartArguments } from './start-arguments.ts';
import { openElectronSource } from './updates/electron-source.ts';
import { UpdateDesk } from './updates/update-desk.ts';
import { keepCrashReports, mendCrashedPage } from './window/crash-reports.ts';
import { openWindow } from './window/open-window.ts';
import { guardQuit } from './window/quit-guard.ts';
import { afterEvent, cutShort, fractionOf, noWork } from './window/work-in-hand.ts';

const SecondStart = z.object({ paths: z.array(z.string()) });
/** How long closing the core may hold up the end of the program. */
const closeTimeoutMs = 10_000;

// Set by `npm run dev`; a package never loads its page from the network.
const developmentUrl = app.isPackaged ? undefined : process.env.VITE_DEV_SERVER_URL;
const url = developmentUrl ?? pageUrl;
const paths = appPaths({
  isPackaged: app.isPackaged,
  appPath: app.getAppPath(),
  resourcesPath: process.resourcesPath,
  platform: process.platform,
});
const start = readStartArguments(process.argv.slice(1), {
  hasAppPath: !app.isPackaged,
  workingPath: process.cwd(),
});
const folders = resolveFolders(start.folders);
const crashesPath = join(folders.dataPath, 'crashes');
let window: BrowserWindow | null = null;
/** The page's, once it has told; the system's before. */
let language = '';
const words = () => dialogWords(language || app.getLocale());
const requests = createShellRequests((request) => window?.webContents.send(channels.shellRequest, request));

announceProtocols();
keepCrashReports(crashesPath);
// Beside the data and not in the platform's place for it: two data folders are two windows with nothing in common.
app.setPath('userData', join(folders.dataPath, 'window'));
if (app.requestSingleInstanceLock({ paths: start.paths })) {
  addPaths(start.paths);
  // macOS names a file that was opened with the app by this event, before the app is ready too.
  app.on('open-file', (event, path) => {
    event.preventDefault();
    addPaths([path]);
  });
  app.on('second-instance', (_event, _argv, _workingPath, given) => {
    if (window) comeForward(window);
    addPaths(pathsIn(given));
  });
  app.on('window-all-closed', () => app.quit());
  // No top-level await: Electron holds back "ready" until this module has been evaluated.
  app
    .whenReady()
    .then(open)
    .catch((error: unknown) => {
      console.error(error);
      dialog.showErrorBox(words().notStarted, failureOf(error).message);
      app.exit(1);
    });
} else {
  // The window that is already open comes forward instead, and is told what this start was given.
  app.quit();
}

async function open(): Promise<void> {
  const instance = await openCore();
  if (!instance) {
    app.quit();
    return;
  }
  closeAtQuit(instance);
  const { commands, events, pictures, log } = instance.app;
  serveContent({
    rendererFolder: paths.rendererFolder,
    pictureFile: (id) => pictures.pathOf(id),
    previewFile: (id) => pictures.previewOf(id),
  });
  const setLanguage = (tag: string) => {
    language = tag;
    setMenu(
      {
        appName: app.getName(),
        libraryPath: folders.libraryPath,
        dataPath: folders.dataPath,
        logPath: folders.logPath,
        crashesPath,
        isDevelopment: !app.isPackaged,
      },
      language,
      requests.ask,
    );
  };
  setLanguage(app.getLocale());
  const updates = new UpdateDesk({
    hasAddress: app.isPackaged && existsSync(paths.updateAddress),
    preferenceFile: join(app.getPath('userData'), 'updates.json'),
    openSource: () => openElectronSource(log),
    tell: (changed) => window?.webContents.send(channels.updates, changed),
    log: (message) => log.warn(message),
  });
  openIpc({ commands, requests, isOwnPage, setLanguage, restart, updates });
  const opened = openWindow({
    preloadFile: paths.preloadFile,
    url,
    stateFile: join(app.getPath('userData'), 'window-state.json'),
    isDark: nativeTheme.shouldUseDarkColors,
  });
  window = opened;
  let work = noWork;
  const stop = events.listen((message) => {
    opened.webContents.send(channels.event, message);
    work = afterEvent(work, message.event);
    // In the taskbar or the dock; -1 takes it away.
    opened.setProgressBar(fractionOf(work) ?? -1);
  });
  guardQuit(opened, () => cutShort(work), words);
  app.on('before-quit', () => updates.beforeQuit(cutShort(work) !== null));
  mendCrashedPage(opened, (message) => log.error(message), requests.reloading, words);
  opened.on('closed', () => {
    stop();
    window = null;
  });
  await opened.loadURL(url);
}

/** Opens the library; when it can't be, says why and offers to try again. Null when the user gave up. */
async function openCore(): Promise<Instance | null> {
  for (;;) {
    try {
      return await openInstance({ folders, version: app.getVersion(), opensPublicDoor: true, ...paths });
    } catch (error) {
      console.error(error);
      const { response } = await dialog.showMessageBox({
        type: 'error',
        title: 'Vitrine',
        message: words().notOpened,
        detail: failureOf(error).message,
        buttons: [words().tryAgain, words().quit],
        defaultId: 0,
        cancelId: 1,
      });
      if (response !== 0) return null;
    }
  }
}

function closeAtQuit(instance: Instance): void {
  let isClosing = false;
  app.on('will-quit', (event) => {
    if (isClosing) return;
    isClosing = true;
    event.preventDefault();
    const giveUp = setTimeout(() => app.exit(1), closeTimeoutMs);
    instance
      .close()
      .catch((error: unknown) => console.error('The library was not closed in order:', error))
      .finally(() => {
        clearTimeout(giveUp);
        app.quit();
      });
  });
}

/** A window that asks before it closes may still keep the program running. */
function restart(): void {
  app.once('will-quit', () => app.relaunch());
  app.quit();
}

function comeForward(window: BrowserWindow): void {
  if (window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

function addPaths(paths: readonly string[]): void {
  if (paths.length > 0) requests.ask({ kind: 'add', paths: [...paths] });
}

/** What a second start sent along: from another process, so it is looked at before it is believed. */
function pathsIn(given: unknown): string[] {
  return SecondStart.safeParse(given).data?.paths ?? [];
}

function isOwnPage(address: string): boolean {
  return address.startsWith(developmentUrl ?? 'vitrine://app/');
}
