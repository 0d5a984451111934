import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright/test';
import { dropOnWindow } from '../../drop.ts';
import { expect, test } from '../../fixtures.ts';
import { fingerprintOf, type Place, writeLora } from '../../place.ts';
import { keptView, passWelcome, tiles } from '../../window-steps.ts';

function writeLoras(place: Place, count: number): string {
  const folder = join(place.path, 'drive', 'loras');
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < count; index++) writeLora(join(folder, `weave ${index}.safetensors`), `mark ${index}`);
  return folder;
}

/** Answers with the sheet that shows them. */
async function dropForReview(page: Page, paths: readonly string[], count: number): Promise<Locator> {
  await dropOnWindow(page, paths);
  const sheet = page.getByRole('dialog');
  await expect(sheet).toContainText(`${count} models can come in`, { timeout: 60_000 });
  return sheet;
}

async function addAll(sheet: Locator, count: number): Promise<void> {
  await sheet.getByRole('button', { name: `Add ${count} models` }).click();
  await expect(sheet).toContainText(`${count} models added`, { timeout: 180_000 });
}

test('five hundred models come in with one drop, and the view of them survives a restart', async ({
  place,
  openWindow,
}) => {
  // Each record is written and flushed: on a busy drive that is a minute.
  test.slow();
  const count = 500;
  const folder = writeLoras(place, count);
  const before = fingerprintOf(folder);
  const first = await openWindow();
  await passWelcome(first.page);
  const sheet = await dropForReview(first.page, [folder], count);
  await sheet.getByRole('button', { name: `Show all ${count}` }).click();
  const listed = sheet.getByRole('region', { name: `Show all ${count}` }).getByRole('listitem');
  await expect(listed.first()).toContainText('weave');
  expect(await listed.count(), 'only rows in sight are drawn').toBeLessThan(60);
  await addAll(sheet, count);
  await sheet.getByRole('button', { name: 'Done' }).click();
  expect(await tiles(first.page).count(), 'only tiles in sight are drawn').toBeLessThan(80);

  await first.page.getByRole('button', { name: 'Table' }).click();
  const grid = first.page.getByRole('grid', { name: 'Models' });
  await grid.getByRole('button', { name: 'Name' }).click();
  await expect(grid.locator('tbody tr').first()).toContainText('Vitrine');
  await grid.focus();
  await first.page.keyboard.press('End');
  const last = { name: 'weave 99', exact: true };
  await expect(first.page.getByRole('complementary').getByRole('heading', last)).toBeVisible();
  await expect.poll(async () => (await keptView(first.page)).topRow).toBeGreaterThan(400);
  await first.close();

  const { page } = await openWindow();
  await expect(page.getByRole('complementary').getByRole('heading', last)).toBeVisible();
  const table = page.getByRole('grid', { name: 'Models' });
  await expect(table.getByRole('row', { selected: true })).toContainText('weave 99');
  await table.evaluate((grid) => {
    grid.parentElement?.scrollTo(0, 0);
    location.reload();
  });
  await expect(page.getByRole('complementary').getByRole('heading', last)).toBeVisible();
  await expect(table.getByRole('row').nth(1), 'kept although the page went while it scrolled').toContainText('Vitrine');
  expect(fingerprintOf(folder)).toEqual(before);
});

test('many are tagged and removed together by keyboard, and one undo brings them back', async ({
  place,
  openWindow,
}) => {
  const count = 24;
  const folder = writeLoras(place, count);
  const before = fingerprintOf(folder);
  const { page } = await openWindow();
  await passWelcome(page);
  const sheet = await dropForReview(page, [folder], count);
  await addAll(sheet, count);
  await sheet.getByRole('button', { name: 'Done' }).click();
  await page.keyboard.press('/');
  await page.keyboard.type('weave');
  await expect(page.getByText(`${count} of ${count + 1}`)).toBeVisible();

  await page.getByRole('listbox', { name: 'Models' }).focus();
  await page.keyboard.press('Control+a');
  const picked = page.getByRole('complementary', { name: 'Picked models' });
  await expect(picked).toContainText(`${count} models picked`);
  await picked.getByRole('textbox', { name: 'Add a tag to all' }).fill('print');
  await page.keyboard.press('Enter');
  await expect(picked.getByRole('button', { name: 'Take the tag print off all' })).toBeVisible();
  await expect(picked.getByRole('button', { name: 'Remove entries…' })).toBeVisible();

  await page.getByRole('listbox', { name: 'Models' }).focus();
  await page.keyboard.press('Delete');
  const dialog = page.getByRole('alertdialog');
  const confirm = dialog.getByRole('button', { name: `Remove ${count} entries` });
  await expect(confirm).toBeEnabled();
  await expect(dialog).toContainText('stay where they are, untouched');
  await confirm.click();
  await expect(page.getByText(`${count} models were removed`)).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText(`${count} of ${count + 1}`)).toBeVisible();
  await expect(tiles(page).first()).toContainText('weave');
  expect(fingerprintOf(folder)).toEqual(before);
});

test('five hundred files that are dropped one beside the other come in as those of a folder do', async ({
  place,
  openWindow,
}) => {
  test.slow();
  const count = 500;
  const folder = writeLoras(place, count);
  const before = fingerprintOf(folder);
  const files = readdirSync(folder).map((name) => join(folder, name));
  const { page } = await openWindow();
  await passWelcome(page);
  const sheet = await dropForReview(page, files, count);
  await addAll(sheet, count);
  expect(fingerprintOf(folder)).toEqual(before);
});
