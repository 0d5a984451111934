import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dropOnWindow } from '../../drop.ts';
import { expect, test } from '../../fixtures.ts';
import { copyBundle, fingerprintOf } from '../../place.ts';
import { passWelcome, tiles } from '../../window-steps.ts';

test('a dropped diffusers folder becomes a model and is left untouched', async ({ place, openWindow }) => {
  const folder = copyBundle(place, 'Tiny Model');
  const before = fingerprintOf(folder);
  const { page } = await openWindow();
  await passWelcome(page);
  await dropOnWindow(page, [folder]);
  const sheet = page.getByRole('dialog');
  await expect(sheet).toContainText('1 model can come in');
  await expect(tiles(page)).toHaveCount(1);
  await sheet.getByRole('button', { name: 'Add 1 model' }).click();
  await expect(sheet).toContainText('1 model added');
  await sheet.getByRole('button', { name: 'Done' }).click();

  await expect(tiles(page)).toHaveCount(2);
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details.getByRole('heading', { name: /Tiny Model/i })).toBeVisible();
  await expect(details).toContainText('Valid');
  await expect(details).toContainText('SD 1.5');
  await expect(details).toContainText(/\d MB, fp32/);
  await expect(details).toContainText('Where it lies');
  await expect(details).toContainText('StableDiffusionPipeline');
  expect(fingerprintOf(folder)).toEqual(before);
});

test('what is no model is refused with its reason, and nothing comes in', async ({ place, openWindow }) => {
  const garbage = join(place.path, 'Holiday photos');
  mkdirSync(garbage);
  writeFileSync(join(garbage, 'beach.jpg'), 'not even a picture');
  const broken = copyBundle(place, 'Cut short');
  truncateSync(join(broken, 'unet', 'diffusion_pytorch_model.safetensors'), 1000);
  const { page } = await openWindow();
  await passWelcome(page);
  await dropOnWindow(page, [garbage, broken]);
  const sheet = page.getByRole('dialog');
  await expect(sheet).toContainText('none can come in');
  await expect(sheet).toContainText('Can’t come in');
  await expect(sheet.getByRole('button', { name: /^Add \d/ })).toHaveCount(0);
  await sheet.getByRole('button', { name: 'Cancel' }).click();
  await expect(tiles(page)).toHaveCount(1);
});

test('in a browser a path is typed instead', async ({ place, openInBrowser }) => {
  const folder = copyBundle(place, 'Typed Model');
  const { page } = await openInBrowser();
  await passWelcome(page);
  await page.getByRole('button', { name: 'Add models' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('textbox', { name: 'Path of a folder or file' }).fill(folder);
  await sheet.getByRole('button', { name: 'Look at it' }).click();
  await sheet.getByRole('button', { name: 'Add 1 model' }).click();
  await sheet.getByRole('button', { name: 'Done' }).click();
  await expect(tiles(page)).toHaveCount(2);
});
