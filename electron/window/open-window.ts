import { readFileSync } from 'node:fs';
import { BrowserWindow, type Session, screen, shell, type WebContents } from 'electron';
import writeFileAtomic from 'write-file-atomic';
import { placeWindow, smallestWindow, WindowState } from './window-bounds.ts';

/** The canvas of the two themes: what is seen before the page has painted. */
const canvas = { light: '#f5f2ec', dark: '#131210' } as const;

export interface WindowOptions {
  readonly preloadFile: string;
  /** `vitrine://app/index.html`, or the address of the development server. */
  readonly url: string;
  readonly stateFile: string;
  readonly isDark: boolean;
}

/** Opens the one window, locked to its own page, where it was when it was closed last. */
export function openWindow({ preloadFile, url, stateFile, isDark }: WindowOptions): BrowserWindow {
  const workAreas = screen.getAllDisplays().map(({ workArea }) => workArea);
  const { bounds, is_maximized } = placeWindow(readState(stateFile), workAreas);
  const window = new BrowserWindow({
    ...bounds,
    minWidth: Math.min(smallestWindow.width, bounds.width),
    minHeight: Math.min(smallestWindow.height, bounds.height),
    title: 'Vitrine',
    show: false,
    backgroundColor: isDark ? canvas.dark : canvas.light,
    webPreferences: {
      preload: preloadFile,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  if (is_maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    const state: WindowState = { bounds: window.getNormalBounds(), is_maximized: window.isMaximized() };
    try {
      writeFileAtomic.sync(stateFile, JSON.stringify(state));
    } catch (error) {
      // A window that forgets its place is no reason to stay open.
      console.error(`The window's place was not saved: ${String(error)}`);
    }
  });
  lockNavigation(window.webContents, new URL(url).origin);
  lockPermissions(window.webContents.session);
  return window;
}

/**
 * The page may not leave its origin, by link, script, redirect or drop, nor open windows: whatever it might be made to load would stand
 * behind the bridge. Web addresses go to the system's browser.
 */
function lockNavigation(contents: WebContents, origin: string): void {
  const refuse = (event: { preventDefault(): void }, url: string): void => {
    if (isSameOrigin(url, origin)) return;
    event.preventDefault();
    openOutside(url);
  };
  contents.on('will-navigate', (event, url) => refuse(event, url));
  contents.on('will-redirect', (event, url) => refuse(event, url));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url);
    return { action: 'deny' };
  });
}

function lockPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, decide) =>
    decide(permission === 'clipboard-sanitized-write'),
  );
  session.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write');
}

/** Custom schemes have the origin "null" in Node's URL: they are compared by scheme and host. */
function isSameOrigin(url: string, origin: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host, origin: own } = new URL(url);
  return own === 'null' ? protocol === 'vitrine:' && host === 'app' : own === origin;
}

function openOutside(url: string): void {
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:') return;
  shell.openExternal(url).catch((error: unknown) => console.error(`${url} was not opened: ${String(error)}`));
}

/** A file that is missing, cut off or of another version is a window at its first place. */
function readState(file: string): WindowState | null {
  try {
    return WindowState.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}
