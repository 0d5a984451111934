import { Menu, shell } from 'electron';
import type { ShellRequest } from '../../core/contract/shell/shell-request.ts';
import { type MenuPlaces, menuTemplate } from './menu-template.ts';

export function setMenu(places: MenuPlaces, language: string, ask: (request: ShellRequest) => void): void {
  const openFolder = (path: string) => {
    void shell.openPath(path);
  };
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(menuTemplate(places, language, { ask, openFolder }, process.platform)),
  );
}
