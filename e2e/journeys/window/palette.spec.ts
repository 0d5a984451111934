import { expect, test } from '../../fixtures.ts';
import { passWelcome } from '../../window-steps.ts';

test('the palette goes to a screen, does something, and finds a model by a part of its name', async ({
  openWindow,
}) => {
  const { page } = await openWindow();
  await passWelcome(page);
  const palette = page.getByRole('dialog', { name: 'Command palette' });

  await page.keyboard.press('Control+k');
  await page.keyboard.type('heal');
  await expect(palette.getByRole('menuitem', { name: 'Health' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(palette).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Health' })).toBeVisible();

  await page.keyboard.press('Control+k');
  await page.keyboard.type('dark');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');

  await page.keyboard.press('Control+k');
  await page.keyboard.type('starter');
  await palette.getByRole('menuitem', { name: /Starter/ }).click();
  await expect(page.getByRole('complementary').getByRole('heading', { name: /Starter/ })).toBeVisible();

  await page.keyboard.press('Control+k');
  await page.keyboard.type('no such thing at all');
  await expect(palette.getByText('Nothing of that name')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
});
