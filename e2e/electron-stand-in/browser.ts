import type { Chromium } from './chromium.ts';

/** A window as the rest of the stand-in needs to know it. */
export interface OpenWindow {
  readonly targetId: string | undefined;
  readonly webContents: object;
  /** Closes it unless a listener of "close" objects. */
  requestClose(): Promise<void>;
  /** Its page is gone, whoever closed it. */
  gone(): void;
}

/** The one browser behind all windows, and the windows, in the order they were opened. */
export const windows = new Set<OpenWindow>();
let current: Chromium | undefined;
const closeTimeoutMs = 10_000;

export function openBrowser(chromium: Chromium): void {
  current = chromium;
  chromium.on<{ targetId: string }>('Target.targetDestroyed', ({ targetId }) => {
    for (const window of windows) if (window.targetId === targetId) window.gone();
  });
  // Fails only when the browser ends at once: nobody is left to discover anything for.
  chromium.send('Target.setDiscoverTargets', { discover: true }).catch(() => {});
}

export function browser(): Chromium {
  if (!current) throw new Error('stand-in: the browser is not there yet');
  return current;
}

/** Lets the browser end by itself: ended by a signal it loses what pages have stored in the last seconds. */
export async function closeBrowser(): Promise<void> {
  if (!current) return;
  const { process, send } = current;
  const ended = new Promise((resolve) => process.once('exit', resolve));
  const patience = new Promise((resolve) => setTimeout(resolve, closeTimeoutMs));
  await send('Browser.close').catch(() => {});
  await Promise.race([ended, patience]);
}
