import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeLibraryFixture } from '../../../core/bench/library-fixture.ts';
import { expect, test } from '../../fixtures.ts';
import { copyBundle } from '../../place.ts';
import { goTo, otherProgram, passWelcome } from '../../window-steps.ts';

test('a bundle that breaks says so in Health, with what mends it, and is whole again once it is mended', async ({
  place,
  openInBrowser,
}) => {
  const folder = copyBundle(place, 'Tiny');
  const weights = join(folder, 'unet', 'diffusion_pytorch_model.safetensors');
  const whole = readFileSync(weights);
  const { page } = await openInBrowser();
  await passWelcome(page);
  await otherProgram(page).call('models.register', { path: folder });
  await goTo(page, 'Health');
  await expect(page.getByText('Everything is whole')).toBeVisible();

  truncateSync(weights, 1000);
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByRole('heading', { name: /Weights are cut short/ })).toBeVisible();
  await expect(page.getByRole('main')).toContainText('1 model needs you');
  await expect(page.getByRole('button', { name: 'Open Tiny' })).toBeVisible();
  await expect(page.getByRole('main')).toContainText('unet/diffusion_pytorch_model.safetensors');

  // The next window counts it before Health is opened.
  const inRail = page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: 'Health' });
  await goTo(page, 'Models');
  await page.reload();
  await expect(inRail).toHaveText('Health1');
  await goTo(page, 'Health');

  writeFileSync(weights, whole);
  await page.getByRole('main').getByRole('button', { name: 'Check again' }).click();
  await expect(page.getByText('Everything is whole')).toBeVisible();
  await expect(inRail).toHaveText('Health');
});

test('in a German window a finding is said in German, with the core’s own words below it', async ({
  place,
  openInBrowser,
}) => {
  const folder = copyBundle(place, 'Tiny');
  const { page } = await openInBrowser();
  await page.addInitScript(() => Object.defineProperty(navigator, 'languages', { get: () => ['de-AT'] }));
  await page.reload();
  await page.getByRole('button', { name: 'Bibliothek öffnen' }).click();
  await otherProgram(page).call('models.register', { path: folder });
  truncateSync(join(folder, 'unet', 'diffusion_pytorch_model.safetensors'), 1000);
  await otherProgram(page).call('library.reconcile', {});
  await page.getByRole('listbox', { name: 'Modelle' }).getByRole('option', { name: /Tiny/ }).click();
  const finding = page.getByRole('region', { name: 'Gewichte sind abgeschnitten' });
  await expect(finding).toContainText('Die Datei endet vor ihrem letzten Tensor');
  await expect(finding.locator('[lang="en"]')).toContainText('The file ends inside its header');
});

test('a model that was moved is found again where it is now', async ({ place, openInBrowser }) => {
  const folder = copyBundle(place, 'Tiny');
  const { page } = await openInBrowser();
  await passWelcome(page);
  await otherProgram(page).call('models.register', { path: folder });
  // Not beside where it was: there Vitrine finds it by itself.
  const moved = join(place.path, 'attic', 'Tiny of old');
  mkdirSync(join(place.path, 'attic'));
  renameSync(folder, moved);
  await goTo(page, 'Health');
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByRole('heading', { name: /Moved or deleted/ })).toBeVisible();
  await page.getByRole('main').getByRole('button', { name: 'Relocate…' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Path of its folder or file' }).fill(moved);
  await dialog.getByRole('button', { name: 'Relocate' }).click();
  await expect(page.getByText('Everything is whole')).toBeVisible();
});

test('hundreds of models that lost their files are one cause, counted whole and met by scrolling', async ({
  place,
  openInBrowser,
}) => {
  test.slow();
  const count = 450;
  const made = await makeLibraryFixture(place.path, count);
  renameSync(made.rootPath, place.libraryPath);
  rmSync(made.sourcesPath, { recursive: true });
  const { page } = await openInBrowser();
  await goTo(page, 'Health');
  await expect(page.getByRole('heading', { name: `Moved or deleted ${count} models` })).toBeVisible({
    timeout: 120_000,
  });
  const main = page.getByRole('main');
  const rows = main.getByRole('list', { name: 'Moved or deleted' }).getByRole('listitem');
  await main.getByRole('button', { name: `${count - 6} more` }).click();
  await expect(rows.first().getByRole('button', { name: /^Open / })).toBeVisible();
  expect(await rows.count(), 'only rows in sight are drawn').toBeLessThan(60);
  const last = main.getByRole('listitem').and(page.locator(`[aria-posinset="${count}"]`));
  await expect(async () => {
    await rows.last().scrollIntoViewIfNeeded();
    await expect(last.getByRole('button', { name: /^Open / })).toBeVisible({ timeout: 500 });
  }).toPass();

  await main.getByRole('button', { name: 'Check all again' }).click();
  await expect(main.getByText(new RegExp(`^\\d+ of ${count} checked$`))).toBeVisible();
  await main.getByRole('button', { name: 'Stop' }).click();
  await expect(main.getByRole('button', { name: 'Check all again' })).toBeVisible();
});
