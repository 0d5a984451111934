import { isAbsolute } from 'node:path';
import { BrowserWindow, dialog, type IpcMainInvokeEvent, ipcMain, shell, type WebFrameMain } from 'electron';
import type { Commands } from '../core/contract/command.ts';
import { Failed } from '../core/contract/failure.ts';
import { UpdateAct } from '../core/contract/shell/updates.ts';
import { answer } from './answer.ts';
import { channels, type Reply } from './bridge.ts';
import type { ShellRequests } from './shell-requests.ts';
import type { UpdateDesk } from './updates/update-desk.ts';

export interface IpcPorts {
  readonly commands: Commands;
  readonly requests: ShellRequests;
  /** Whether a frame's address is that of the app's page. */
  readonly isOwnPage: (url: string) => boolean;
  readonly setLanguage: (language: string) => void;
  readonly restart: () => void;
  readonly updates: UpdateDesk;
}

/** The window's door: one channel for all commands. It answers the app's own page only, in its main frame. */
export function openIpc({ commands, requests, isOwnPage, setLanguage, restart, updates }: IpcPorts): void {
  const check = (frame: WebFrameMain | null): void => {
    if (!frame || frame.parent || !isOwnPage(frame.url))
      throw new Failed('forbidden', { reason: 'Only the window of Vitrine may ask for this.' });
  };
  ipcMain.handle(channels.call, async (event, name: unknown, input: unknown): Promise<Reply> => {
    return answer(commands, name, input, () => check(event.senderFrame));
  });
  ipcMain.handle(channels.pickFolder, async (event) => {
    check(event.senderFrame);
    return pickFolder(event);
  });
  ipcMain.handle(channels.revealPath, (event, path: unknown) => {
    check(event.senderFrame);
    if (typeof path === 'string' && isAbsolute(path)) shell.showItemInFolder(path);
  });
  ipcMain.handle(channels.shellListening, (event) => {
    check(event.senderFrame);
    return requests.listening();
  });
  ipcMain.handle(channels.restart, (event) => {
    check(event.senderFrame);
    restart();
  });
  ipcMain.handle(channels.setLanguage, (event, language: unknown) => {
    check(event.senderFrame);
    if (typeof language === 'string') setLanguage(language);
  });
  ipcMain.handle(channels.showUpdates, (event) => {
    check(event.senderFrame);
    return updates.show();
  });
  ipcMain.handle(channels.actOnUpdates, (event, act: unknown) => {
    check(event.senderFrame);
    return updates.act(UpdateAct.parse(act));
  });
}

async function pickFolder(event: IpcMainInvokeEvent): Promise<string | null> {
  const window = BrowserWindow.fromWebContents(event.sender);
  const options = { properties: ['openDirectory' as const] };
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options));
  return canceled ? null : (filePaths[0] ?? null);
}
