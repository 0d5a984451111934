import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { app, type BrowserWindow, dialog, nativeTheme } from 'electron';
import { failureOf } from '../core/contract/failure.ts';
import { resolveFolders } from '../core/folders.ts';
import { type Instance, openInstance } from '../core/instance.ts';
import { channels } from './bridge.ts';
import { openIpc } from './ipc.ts';
import { setMenu } from './menu.ts';
import { appPaths } from './paths.ts';
import { announceProtocols, pageUrl, serveContent } from './protocols.ts';
import { openWindow } from './window.ts';

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
const folders = resolveFolders(folderFlags());

announceProtocols();
// Beside the data and not in the platform's place for it: two data folders are two windows with nothing in common.
app.setPath('userData', join(folders.dataPath, 'window'));
if (app.requestSingleInstanceLock()) {
  app.on('window-all-closed', () => app.quit());
  // No top-level await: Electron holds back "ready" until this module has been evaluated.
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      console.error(error);
      dialog.showErrorBox('Vitrine could not start', failureOf(error).message);
      app.exit(1);
    });
} else {
  // The window that is already open comes forward instead.
  app.quit();
}

async function start(): Promise<void> {
  const instance = await openCore();
  if (!instance) {
    app.quit();
    return;
  }
  closeAtQuit(instance);
  serveContent({
    rendererFolder: paths.rendererFolder,
    pictureFile: (id) => instance.app.pictures.pathOf(id),
    previewFile: (id) => instance.app.pictures.previewOf(id),
  });
  openIpc(instance.app.commands, isOwnPage);
  setMenu({
    appName: app.getName(),
    libraryPath: folders.libraryPath,
    dataPath: folders.dataPath,
    isDevelopment: !app.isPackaged,
  });
  const window = openWindow({
    preloadFile: paths.preloadFile,
    url,
    stateFile: join(app.getPath('userData'), 'window-state.json'),
    isDark: nativeTheme.shouldUseDarkColors,
  });
  const stop = instance.app.events.listen((event) => window.webContents.send(channels.event, event));
  window.on('closed', stop);
  app.on('second-instance', () => comeForward(window));
  await window.loadURL(url);
}

/** Opens the library; when it can't be, says why and offers to try again. Null when the user gave up. */
async function openCore(): Promise<Instance | null> {
  for (;;) {
    try {
      return await openInstance({ folders, version: app.getVersion(), ...paths });
    } catch (error) {
      console.error(error);
      const { response } = await dialog.showMessageBox({
        type: 'error',
        title: 'Vitrine',
        message: 'The library could not be opened',
        detail: failureOf(error).message,
        buttons: ['Try Again', 'Quit'],
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

function comeForward(window: BrowserWindow): void {
  if (window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

function isOwnPage(address: string): boolean {
  return address.startsWith(developmentUrl ?? 'app://bundle/');
}

/** Chromium's own switches are among the arguments, so unknown ones are let through. */
function folderFlags(): { library?: string; data?: string } {
  const { values } = parseArgs({
    args: process.argv.slice(1),
    options: { library: { type: 'string' }, data: { type: 'string' } },
    strict: false,
  });
  const { library, data } = values;
  return { ...(typeof library === 'string' && { library }), ...(typeof data === 'string' && { data }) };
}
