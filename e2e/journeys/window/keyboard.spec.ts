import type { Locator, Page } from 'playwright/test';
import { expect, test } from '../../fixtures.ts';
import { pictures, tiles } from '../../window-steps.ts';

/** Presses Tab until the focus is on `target`, as a person who sees the ring does. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const isFocused = () => target.evaluate((element) => element.contains(document.activeElement));
  for (let presses = 0; presses < 60; presses++) {
    if (await isFocused()) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${target}`);
}

test('without a pointer: from the first start to a picture, to other screens and the palette, to a removed model and back', async ({
  openInBrowser,
}) => {
  const { page } = await openInBrowser();
  const first = page.getByRole('button', { name: 'Make a first picture' });
  await expect(first).toBeEnabled();
  await tabTo(page, first);
  await page.keyboard.press('Enter');
  await expect(pictures(page)).toHaveCount(1, { timeout: 60_000 });

  await tabTo(page, page.getByRole('textbox', { name: 'Prompt' }));
  await page.keyboard.press('Control+a');
  await page.keyboard.type('a red sun over blue mountains');
  const steps = page.getByRole('complementary', { name: 'Parameters' }).getByRole('textbox', { name: 'Steps' });
  await tabTo(page, steps);
  await page.keyboard.press('Control+a');
  await page.keyboard.type('6');
  await page.keyboard.press('Control+Enter');
  await expect(pictures(page)).toHaveCount(2, { timeout: 60_000 });

  const chooseModel = page.getByRole('button', { name: /^Choose a model/ });
  await tabTo(page, chooseModel);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('listbox', { name: 'Model', exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(chooseModel).toBeFocused();

  await tabTo(page, page.getByRole('listbox', { name: 'Pictures' }));
  await page.keyboard.press('End');
  await expect(pictures(page).last()).toHaveAttribute('aria-selected', 'true');

  await page.keyboard.press('g');
  await page.keyboard.press('q');
  await expect(page.getByRole('heading', { name: 'Queue' })).toBeVisible();
  await expect(page.getByRole('grid', { name: 'Jobs' }).getByRole('row', { name: /red sun/ })).toContainText('took');

  await page.keyboard.press('Control+k');
  await page.keyboard.type('starter');
  const found = page.getByRole('menuitem', { name: /Starter/ });
  await expect(found).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(found).toHaveAttribute('data-focused', 'true');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary', { name: 'Details' }).getByRole('heading')).toContainText('Starter');

  await tabTo(page, page.getByRole('listbox', { name: 'Models' }));
  await page.keyboard.press('Delete');
  const confirm = page.getByRole('alertdialog').getByRole('button', { name: 'Remove entry' });
  await expect(confirm).toBeEnabled();
  await tabTo(page, confirm);
  await page.keyboard.press('Enter');
  await expect(page.getByText('was removed from the library')).toBeVisible();
  await expect(tiles(page)).toHaveCount(0);
  await tabTo(page, page.getByRole('button', { name: 'Undo' }));
  await page.keyboard.press('Enter');
  await expect(tiles(page)).toHaveCount(1);
  await expect(tiles(page).first()).toContainText('Valid');
});
