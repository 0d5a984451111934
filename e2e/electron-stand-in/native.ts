import { EventEmitter } from 'node:events';

// What the platform would show. State only: nothing opens, every dialog is dismissed. A test replaces the method that it wants answered.

export interface MessageBox {
  readonly cancelId?: number;
  readonly message: string;
  readonly detail?: string;
}

export const dialog = {
  showOpenDialog: async (..._: unknown[]) => ({ canceled: true, filePaths: [] as string[] }),
  showMessageBox: async (first: MessageBox | object, second?: MessageBox) => {
    const box = second ?? (first as MessageBox);
    console.error(`[dialog] ${box.message}: ${box.detail ?? ''}`);
    return { response: box.cancelId ?? 0, checkboxChecked: false };
  },
  showErrorBox: (title: string, content: string) => console.error(`[dialog] ${title}: ${content}`),
};

export const shell = {
  openExternal: async (_url: string) => {},
  openPath: async (_path: string) => '',
  showItemInFolder: (_path: string) => {},
};

export const nativeTheme = Object.assign(new EventEmitter(), { shouldUseDarkColors: false, themeSource: 'system' });

export const crashReporter = { start: (_options: object) => {} };

export interface MenuItem {
  readonly label?: string;
  readonly submenu?: readonly MenuItem[];
}

export interface BuiltMenu {
  readonly items: readonly object[];
}

let applicationMenu: BuiltMenu | null = null;
export const Menu = {
  buildFromTemplate: (items: readonly MenuItem[]): BuiltMenu => ({
    items: items.map(({ submenu, ...item }) => ({
      ...item,
      ...(submenu && { submenu: Menu.buildFromTemplate(submenu) }),
    })),
  }),
  setApplicationMenu: (menu: BuiltMenu | null) => {
    applicationMenu = menu;
  },
  getApplicationMenu: () => applicationMenu,
};

const area = { x: 0, y: 0, width: 1920, height: 1080 };
export const screen = Object.assign(new EventEmitter(), {
  getAllDisplays: () => [{ id: 1, scaleFactor: 1, bounds: area, workArea: area }],
});

type PermissionCheck = (contents: null, permission: string) => boolean;
let permissionCheck: PermissionCheck = () => true;
export const defaultSession = Object.assign(new EventEmitter(), {
  setPermissionRequestHandler: (_handler: unknown) => {},
  setPermissionCheckHandler: (check: PermissionCheck) => {
    permissionCheck = check;
  },
});

/** Electron's names of permissions, and Chromium's. */
const permissionNames = {
  'clipboard-read': 'clipboard-read',
  'clipboard-sanitized-write': 'clipboard-write',
  geolocation: 'geolocation',
  media: 'camera',
  notifications: 'notifications',
} as const;

/** What the app's check says of each permission, as Chromium is told it. */
export function permissionSettings(): readonly { readonly permission: { name: string }; readonly setting: string }[] {
  return Object.entries(permissionNames).map(([own, name]) => ({
    permission: { name },
    setting: permissionCheck(null, own) ? 'granted' : 'denied',
  }));
}
