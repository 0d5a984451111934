import { app as standInApp } from './app.ts';
import { BrowserWindow as StandInWindow } from './browser-window.ts';
import { net as standInNet, protocol as standInProtocol } from './content-schemes.ts';
import { ipcMain as standInIpcMain } from './ipc-main.ts';
import {
  defaultSession,
  crashReporter as standInCrashReporter,
  dialog as standInDialog,
  Menu as standInMenu,
  screen as standInScreen,
  shell as standInShell,
  nativeTheme as standInTheme,
} from './native.ts';
import { webContents as standInContents } from './web-contents.ts';

// The module 'electron' of a main process. What is not here is not implemented: importing it fails by name.
export const app = standInApp;
export const BrowserWindow = StandInWindow;
export const crashReporter = standInCrashReporter;
export const dialog = standInDialog;
export const ipcMain = standInIpcMain;
export const Menu = standInMenu;
export const nativeTheme = standInTheme;
export const net = standInNet;
export const protocol = standInProtocol;
export const screen = standInScreen;
// One with a name is only handed to `net.request`.
export const session = { defaultSession, fromPartition: (_name: string) => ({}) };
export const shell = standInShell;
export const webContents = standInContents;
