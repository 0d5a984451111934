import { mkdirSync } from 'node:fs';
import { app, type BrowserWindow, crashReporter, dialog } from 'electron';
import type { DialogWords } from '../dialog-words.ts';

/** Native crashes of any of the app's processes leave a minidump in `folder`; nothing is ever sent. Must run before the app is ready. */
export function keepCrashReports(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    console.error(`Crash reports will not be kept: ${String(error)}`);
    return;
  }
  app.setPath('crashDumps', folder);
  crashReporter.start({ uploadToServer: false });
}

/** So many crashes of the page within this time are no accident: loading it again would go on for ever. */
const tooMany = 3;
const withinMs = 60_000;

/** A page whose process died is loaded anew: the core and its jobs were never in it. */
export function mendCrashedPage(
  window: BrowserWindow,
  log: (message: string) => void,
  reloading: () => void,
  words: () => DialogWords,
): void {
  let crashesAt: number[] = [];
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    log(`The window's process ended: ${reason}, exit code ${exitCode}.`);
    const now = Date.now();
    crashesAt = [...crashesAt.filter((at) => now - at < withinMs), now];
    if (crashesAt.length < tooMany) {
      reloading();
      window.webContents.reload();
      return;
    }
    const { message, detail } = words().pageCrashes;
    dialog.showErrorBox(message, detail);
  });
}
