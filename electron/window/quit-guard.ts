import { app, type BrowserWindow, dialog } from 'electron';
import type { DialogWords } from '../dialog-words.ts';

/**
 * Asks before a closing window ends the program in the middle of something; every way to quit closes the window first. The system's own end
 * (a shutdown, a signal) is not held up: jobs survive it.
 *
 * @param cutShort what would be cut short, null for nothing
 */
export function guardQuit(
  window: BrowserWindow,
  cutShort: () => 'quitPicture' | 'quitModels' | null,
  words: () => DialogWords,
): void {
  let isAllowed = false;
  let isAsking = false;
  window.on('session-end', () => {
    isAllowed = true;
  });
  window.on('close', (event) => {
    const cut = isAllowed ? null : cutShort();
    if (cut === null) return;
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    const said = words();
    dialog
      .showMessageBox(window, {
        type: 'question',
        title: 'Vitrine',
        ...said[cut],
        buttons: [said.quit, said.keepRunning],
        defaultId: 1,
        cancelId: 1,
      })
      .then(({ response }) => {
        isAsking = false;
        if (response !== 0) return;
        isAllowed = true;
        app.quit();
      })
      .catch((error: unknown) => console.error('The question before quitting was not shown:', error));
  });
}
