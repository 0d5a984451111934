import { app, type BrowserWindow, dialog } from 'electron';
import type { QuitQuestion } from './work-in-hand.ts';

/**
 * Asks before a closing window ends the program in the middle of something; every way to quit closes the window first. The system's own end
 * (a shutdown, a signal) is not held up: jobs survive it.
 *
 * @param question null when nothing would be cut short
 */
export function guardQuit(window: BrowserWindow, question: () => QuitQuestion | null): void {
  let isAllowed = false;
  let isAsking = false;
  window.on('session-end', () => {
    isAllowed = true;
  });
  window.on('close', (event) => {
    const asked = isAllowed ? null : question();
    if (asked === null) return;
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    dialog
      .showMessageBox(window, {
        type: 'question',
        title: 'Vitrine',
        ...asked,
        buttons: ['Quit', 'Keep Running'],
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
