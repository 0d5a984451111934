import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron';
import type { ShellRequest } from '../core/contract/shell/shell-request.ts';
import type { Updates } from '../core/contract/shell/updates.ts';
import { type Bridge, channels } from './bridge.ts';

const bridge: Bridge = {
  call: (name, input) => ipcRenderer.invoke(channels.call, name, input),
  listen: (listener) => {
    const forward = (_event: IpcRendererEvent, event: unknown): void => listener(event);
    ipcRenderer.on(channels.event, forward);
    return () => {
      ipcRenderer.off(channels.event, forward);
    };
  },
  pathOf: (file) => webUtils.getPathForFile(file),
  pickFolder: () => ipcRenderer.invoke(channels.pickFolder),
  listenToShell: (listener) => {
    const forward = (_event: IpcRendererEvent, request: ShellRequest): void => listener(request);
    ipcRenderer.on(channels.shellRequest, forward);
    void ipcRenderer.invoke(channels.shellListening).then((waiting: readonly ShellRequest[]) => {
      for (const request of waiting) listener(request);
    });
    return () => {
      ipcRenderer.off(channels.shellRequest, forward);
    };
  },
  restart: () => ipcRenderer.invoke(channels.restart),
  setLanguage: (language) => ipcRenderer.invoke(channels.setLanguage, language),
  revealPath: (path) => ipcRenderer.invoke(channels.revealPath, path),
  showUpdates: () => ipcRenderer.invoke(channels.showUpdates),
  actOnUpdates: (act) => ipcRenderer.invoke(channels.actOnUpdates, act),
  listenToUpdates: (listener) => {
    const forward = (_event: IpcRendererEvent, updates: Updates): void => listener(updates);
    ipcRenderer.on(channels.updates, forward);
    return () => {
      ipcRenderer.off(channels.updates, forward);
    };
  },
  platform: process.platform,
};
contextBridge.exposeInMainWorld('vitrine', bridge);
