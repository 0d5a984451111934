import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron';
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
  revealPath: (path) => ipcRenderer.invoke(channels.revealPath, path),
  platform: process.platform,
};
contextBridge.exposeInMainWorld('vitrine', bridge);
