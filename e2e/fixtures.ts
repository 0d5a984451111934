import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  _electron,
  type Browser,
  test as base,
  chromium,
  type ElectronApplication,
  expect,
  type Page,
} from 'playwright/test';
import { chromiumExecutable } from './chromium.ts';
import { makePlace, type Place, root } from './place.ts';

/** The app as a journey sees it, in its own window or in a browser. */
export interface OpenApp {
  readonly page: Page;
  /** The process that holds the core. */
  readonly processId: number;
  close(): Promise<void>;
}

export interface OpenWindow extends OpenApp {
  readonly electron: ElectronApplication;
}

interface Options {
  /** Of the command line, after the app. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

interface Fixtures {
  readonly place: Place;
  /** Starts the built app in Electron. Called again after `close`, it is the same user's next start. */
  readonly openWindow: (options?: Options) => Promise<OpenWindow>;
  /** Starts `vitrine serve`, as it was built, and opens its page in a plain browser. */
  readonly openInBrowser: (options?: Options) => Promise<OpenApp>;
}

const viewport = { width: 1440, height: 900 };

export const test = base.extend<Fixtures>({
  // Playwright reads the fixtures that one needs from a pattern, which may not be empty.
  place: async ({ browserName: _ }, use) => {
    using place = makePlace();
    await use(place);
  },
  openWindow: async ({ place }, use) => {
    const open: OpenWindow[] = [];
    await use(async ({ args = [], env } = {}) => {
      const electron = await _electron.launch({
        args: [root, ...args],
        cwd: place.path,
        env: { ...place.env, ...env },
      });
      const page = await electron.firstWindow();
      failOnPageErrors(page);
      const own: OpenWindow = { electron, page, processId: electron.process().pid ?? 0, close: () => electron.close() };
      open.push(own);
      return own;
    });
    for (const { close } of open) await close().catch(() => {});
  },
  openInBrowser: async ({ place }, use) => {
    const open: OpenApp[] = [];
    await use(async ({ env } = {}) => {
      const own = await serve(place, env ?? {});
      open.push(own);
      return own;
    });
    for (const { close } of open) await close();
  },
});

export { expect };

async function serve(place: Place, env: Readonly<Record<string, string>>): Promise<OpenApp> {
  const server = spawn(process.execPath, [join(root, 'core', 'vitrine.mjs'), 'serve', '--port', '0'], {
    cwd: place.path,
    env: { ...place.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await addressOf(server);
  const executablePath = chromiumExecutable();
  const browser: Browser = await chromium.launch(executablePath ? { executablePath } : {});
  const page = await browser.newPage({ viewport });
  failOnPageErrors(page);
  await page.goto(url);
  return {
    page,
    processId: server.pid ?? 0,
    close: async () => {
      await browser.close();
      if (server.exitCode !== null || server.signalCode !== null) return;
      server.kill('SIGTERM');
      await once(server, 'exit');
    },
  };
}

/** The first line that `serve` prints is `{"url": …}`. */
async function addressOf(server: ChildProcess): Promise<string> {
  if (!server.stdout) throw new Error('serve has no output');
  const lines = createInterface({ input: server.stdout });
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(server, 'exit').then(([code]) => Promise.reject(new Error(`serve ended with ${code}`))),
  ])) as [string];
  const { url } = JSON.parse(line) as { readonly url: string };
  return url;
}

/** An exception in the page is a bug in the app, whatever the journey was about. */
function failOnPageErrors(page: Page): void {
  page.on('pageerror', (error) => expect.soft(error.stack ?? String(error), 'thrown in the page').toBe(''));
}
