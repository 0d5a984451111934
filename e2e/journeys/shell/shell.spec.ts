import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ElectronApplication } from 'playwright/test';
import { expect, test } from '../../fixtures.ts';
import { copyBundle, root, writeLora } from '../../place.ts';
import { askFor, goTo, passWelcome, pictures, seeStep, tiles } from '../../window-steps.ts';

test('a folder that the app was started with is reviewed, and so is one that a second start was given', async ({
  openWindow,
  place,
}) => {
  const first = copyBundle(place, 'first');
  const second = copyBundle(place, 'second');
  const { page } = await openWindow({ args: [first] });
  const review = page.getByRole('dialog');
  await expect(review.getByText('first', { exact: true }).first()).toBeVisible();

  const executable: unknown = createRequire(import.meta.url)('electron');
  const again = spawn(String(executable), [root, second], { cwd: place.path, env: place.env, stdio: 'ignore' });
  await once(again, 'exit');
  await expect(review.getByText('second', { exact: true }).first()).toBeVisible();
  await expect(review.getByText('first', { exact: true }).first()).toBeVisible();
});

test('the native menu goes to a screen', async ({ openWindow }) => {
  const { electron, page } = await openWindow();
  await passWelcome(page);
  await clickMenu(electron, 'Health');
  await expect(page.getByRole('heading', { name: 'Health' })).toBeVisible();
  await clickMenu(electron, 'Settings…');
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
});

test('quitting while a picture is made asks first, and the picture is made at the next start', async ({
  openWindow,
}) => {
  // A picture of ten seconds, however fast the machine is: the question has to come in the middle.
  test.slow();
  const env = { VITRINE_RUNNER: 'fake', VITRINE_FAKE_STEP_MS: '50' };
  const first = await openWindow({ env });
  await passWelcome(first.page);
  await goTo(first.page, 'Generate');
  await askFor(first.page, 'a red sun over blue mountains', 200);
  await seeStep(first.page);
  await first.electron.evaluate(({ BrowserWindow, dialog }) => {
    const answered: string[] = [];
    Object.assign(globalThis, { answered });
    const answers = [1, 0];
    const ask = async (_: unknown, { message }: { message: string }) => {
      // A person answers later.
      await new Promise((resolve) => setTimeout(resolve, 50));
      answered.push(message);
      return { response: answers.shift() ?? 0, checkboxChecked: false };
    };
    Object.assign(dialog, { showMessageBox: ask });
    BrowserWindow.getAllWindows()[0]?.close();
  });
  // Another wish to quit while the question stands is no answer to it.
  const answered = () => first.electron.evaluate(() => (globalThis as unknown as { answered: string[] }).answered);
  await expect.poll(answered).toEqual(['A picture is being made. Quit all the same?']);
  await expect(first.page.getByRole('navigation', { name: 'Screens' })).toBeVisible();
  await first.close();

  const second = await openWindow({ env });
  await goTo(second.page, 'Generate');
  await expect(pictures(second.page)).toHaveCount(1, { timeout: 180_000 });
});

test('a page whose process crashes comes back by itself, with the library', async ({ openWindow }) => {
  const { electron, page } = await openWindow();
  await passWelcome(page);
  await expect(tiles(page)).toHaveCount(1);
  await electron.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    const loaded = new Promise((resolve) => window?.webContents.once('did-finish-load', () => resolve(true)));
    Object.assign(globalThis, { loaded });
    window?.webContents.forcefullyCrashRenderer();
  });
  expect(await electron.evaluate(() => (globalThis as unknown as { loaded: Promise<boolean> }).loaded)).toBe(true);
});

async function clickMenu(electron: ElectronApplication, label: string): Promise<void> {
  await electron.evaluate(({ Menu }, wanted) => {
    interface Item {
      readonly label?: string;
      readonly submenu?: { readonly items: readonly Item[] };
      readonly click?: () => void;
    }
    const all = (items: readonly Item[]): readonly Item[] =>
      items.flatMap((item) => [item, ...all(item.submenu?.items ?? [])]);
    const menu = Menu.getApplicationMenu() as unknown as { readonly items: readonly Item[] };
    const found = all(menu.items).find((item) => item.label === wanted);
    if (found?.click === undefined) throw new Error(`the menu has no ${wanted} to click`);
    found.click();
  }, label);
}

test('another library folder can be chosen, and is the one of the next start', async ({ openWindow, place }) => {
  // Nothing names the library but the home folder.
  const env = { VITRINE_LIBRARY: '', HOME: place.path };
  const chosen = join(place.path, 'chosen');
  mkdirSync(chosen);
  const first = await openWindow({ env });
  await expect(first.page.getByText('Vitrine', { exact: false }).first()).toBeVisible();
  await first.electron.evaluate(({ app, dialog }, path) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [path] });
    Object.assign(globalThis, { relaunched: false });
    app.relaunch = () => Object.assign(globalThis, { relaunched: true });
  }, chosen);
  await passWelcome(first.page);
  await goTo(first.page, 'Settings');
  await first.page.getByRole('button', { name: 'Choose another…' }).click();
  await expect(first.page.getByText('Library from the next start')).toBeVisible();
  await first.close();

  const second = await openWindow({ env });
  await goTo(second.page, 'Models');
  await expect(tiles(second.page)).toHaveCount(1);
  expect(readdirSync(chosen)).toContain('models');
});

test('the window opens where it was, and the folders that the Help menu shows are there', async ({
  openWindow,
  place,
}) => {
  const bounds = { x: 40, y: 60, width: 1000, height: 700 };
  const first = await openWindow();
  await passWelcome(first.page);
  expect(existsSync(join(place.dataPath, 'logs', 'vitrine.log'))).toBe(true);
  expect(existsSync(join(place.dataPath, 'crashes'))).toBe(true);
  await first.electron.evaluate(
    ({ BrowserWindow }, wanted) => BrowserWindow.getAllWindows()[0]?.setBounds(wanted),
    bounds,
  );
  await first.close();
  const second = await openWindow();
  expect(
    await second.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds()),
  ).toEqual(bounds);
});

test('a file that a file manager opens by its URL is reviewed', async ({ openWindow, place }) => {
  const file = writeLora(join(place.path, 'ein Hauch 墨.safetensors'), 'a');
  const { page } = await openWindow({ args: [pathToFileURL(file).href] });
  await expect(page.getByRole('dialog').getByText('ein Hauch 墨', { exact: true }).first()).toBeVisible();
});
