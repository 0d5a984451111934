import { Menu, type MenuItemConstructorOptions, shell } from 'electron';

export interface MenuPlaces {
  readonly appName: string;
  readonly libraryPath: string;
  readonly dataPath: string;
  readonly isDevelopment: boolean;
}

/** The native menu. Roles bring the platform's own words and shortcuts; without an Edit menu macOS has no copy and paste at all. */
export function setMenu(places: MenuPlaces): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(places, process.platform)));
}

function menuTemplate(
  { appName, libraryPath, dataPath, isDevelopment }: MenuPlaces,
  platform: NodeJS.Platform,
): MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin';
  const reveal = (label: string, path: string): MenuItemConstructorOptions => ({
    label,
    click: () => {
      void shell.openPath(path);
    },
  });
  return [
    ...(isMac ? [{ label: appName, role: 'appMenu' as const }] : []),
    {
      label: '&File',
      submenu: [
        reveal('Open Library Folder', libraryPath),
        reveal('Open Data Folder', dataPath),
        { type: 'separator' },
        { role: isMac ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...(isDevelopment ? [{ role: 'reload' as const }, { role: 'toggleDevTools' as const }] : []),
      ],
    },
    { role: 'windowMenu' },
  ];
}
