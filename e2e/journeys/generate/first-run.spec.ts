import { expect, test } from '../../fixtures.ts';
import { keptView, passWelcome, pictures, tiles } from '../../window-steps.ts';

test('the first start shows the starter model, whole and ready to generate', async ({ openWindow }) => {
  const { page } = await openWindow();
  await expect(page.getByRole('heading', { name: 'Your models stay where they are' })).toBeVisible();
  await passWelcome(page);
  await expect(tiles(page)).toHaveCount(1);
  await expect(tiles(page).first()).toContainText('Valid');
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details).toContainText('In the library');
  await expect(details.getByRole('button', { name: 'Generate with this' })).toBeEnabled();
});

test('one click on the welcome makes a first picture', async ({ openWindow }) => {
  const { page } = await openWindow();
  await page.getByRole('button', { name: 'Make a first picture' }).click();
  await expect(pictures(page)).toHaveCount(1, { timeout: 60_000 });
});

test('the second start opens where the first was left, without a welcome', async ({ openWindow }) => {
  const first = await openWindow();
  await passWelcome(first.page);
  await first.page.getByRole('button', { name: 'Table' }).click();
  await expect.poll(() => keptView(first.page)).toMatchObject({ layout: 'table' });
  await first.close();
  const { page } = await openWindow();
  await expect(page.getByRole('button', { name: 'Table' })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('button', { name: 'Open the library' })).toHaveCount(0);
});
