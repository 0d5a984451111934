import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication } from 'playwright/test';
import { expect, test } from '../../fixtures.ts';
import { writeLora } from '../../place.ts';
import { runnerProcessId } from '../../runner-process.ts';
import { askFor, goTo, passWelcome, pictures, seeStep } from '../../window-steps.ts';

const slow = { VITRINE_RUNNER: 'fake', VITRINE_FAKE_STEP_MS: '50' };

test('the taskbar shows how far an import is, and nothing once it has ended', async ({ openWindow, place }) => {
  const folder = join(place.path, 'drive');
  mkdirSync(folder);
  // Progress is told four times a second: a few are over before there is any.
  const count = 200;
  for (let index = 0; index < count; index += 1) writeLora(join(folder, `Lora ${index}.safetensors`), String(index));
  const { electron, page } = await openWindow({ args: [folder] });
  const told = await listenToBar(electron);
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('button', { name: `Add ${count} models` }).click();
  await sheet.getByRole('button', { name: 'Done' }).click({ timeout: 60_000 });
  await expect.poll(async () => (await told()).at(-1)).toBe(-1);
  expectRise(await told());
});

test('the taskbar shows how far a picture is, and nothing once it is made or canceled', async ({ openWindow }) => {
  const { electron, page } = await openWindow({ env: slow });
  await passWelcome(page);
  const told = await listenToBar(electron);
  await goTo(page, 'Generate');
  await askFor(page, 'a red sun over blue mountains', 20);
  await expect(pictures(page)).toHaveCount(1, { timeout: 60_000 });
  await expect.poll(async () => (await told()).at(-1)).toBe(-1);
  const first = await told();
  expectRise(first);

  await askFor(page, 'white moon over the sea', 150);
  await seeStep(page);
  await expect.poll(async () => (await told()).at(-1)).toBeGreaterThan(0);
  await page
    .getByRole('main')
    .getByRole('button', { name: /^Cancel/ })
    .click();
  await expect.poll(async () => (await told()).at(-1)).toBe(-1);
});

test('the taskbar shows nothing after a picture that failed', async ({ openWindow }) => {
  test.skip(process.platform !== 'linux', 'finds the process in /proc');
  const { electron, page, processId } = await openWindow();
  await passWelcome(page);
  const told = await listenToBar(electron);
  await goTo(page, 'Generate');
  await askFor(page, 'a red sun over blue mountains', 900);
  await seeStep(page);
  await expect.poll(async () => (await told()).at(-1)).toBeGreaterThan(0);
  process.kill(runnerProcessId(processId) ?? 0, 'SIGKILL');
  await expect(page.getByText(/^The picture was not made/).first()).toBeVisible();
  await expect.poll(async () => (await told()).at(-1)).toBe(-1);
});

/** Everything that the window's bar in the taskbar or the dock is told from now on; -1 takes it away. */
async function listenToBar(electron: ElectronApplication): Promise<() => Promise<readonly number[]>> {
  await electron.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    if (!window) throw new Error('there is no window');
    const told: number[] = [];
    const set = window.setProgressBar.bind(window);
    window.setProgressBar = (progress) => {
      told.push(progress);
      set(progress);
    };
    Object.assign(globalThis, { told });
  });
  return () => electron.evaluate(() => (globalThis as unknown as { told: number[] }).told);
}

function expectRise(told: readonly number[]): void {
  const shown = told.filter((progress) => progress >= 0);
  expect(shown.length, 'more than one step was shown').toBeGreaterThan(2);
  expect(shown).toEqual(shown.toSorted((a, b) => a - b));
  expect(shown.at(-1)).toBeGreaterThan(0.5);
}
