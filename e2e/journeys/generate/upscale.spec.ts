import sharp from 'sharp';
import { expect, test } from '../../fixtures.ts';
import { askFor, goTo, passWelcome, pictureFiles, pictures, shownPicture } from '../../window-steps.ts';

test('pictures are enlarged in a step of their own, looked at closely, and compared', async ({
  place,
  openInBrowser,
}) => {
  const { page } = await openInBrowser();
  await passWelcome(page);
  await goTo(page, 'Generate');
  const params = page.getByRole('complementary', { name: 'Parameters' });
  await params.getByRole('button', { name: /^Upscale/ }).click();
  await params.getByRole('radio', { name: '2×' }).click();
  await askFor(page, 'white moon over the sea, midnight', 4);
  await expect(pictures(page)).toHaveCount(2, { timeout: 60_000 });
  const widths = await Promise.all(pictureFiles(place).map(async (file) => (await sharp(file).metadata()).width ?? 0));
  const [small = 0, large = 0] = widths.sort((a, b) => a - b);
  expect(large).toBe(small * 2);

  await pictures(page).filter({ hasNotText: 'enlarged' }).first().click();
  const viewer = page.getByRole('application');
  await viewer.focus();
  await page.keyboard.press('+');
  await expect(page.getByRole('button', { name: 'Show all of it' })).toHaveText('150%');
  await page.keyboard.press('0');
  await expect(page.getByRole('button', { name: 'Show all of it' })).toHaveCount(0);

  await page.getByRole('button', { name: 'Compare with another' }).click();
  await expect(page.getByText('Choose the other one')).toBeVisible();
  await page.getByRole('listbox', { name: 'Pictures' }).getByRole('option', { selected: false }).last().click();
  await expect(shownPicture(page)).toHaveCount(2);
  await page.getByRole('slider', { name: 'How much of the other picture shows' }).press('Home');
  await page.keyboard.press('Escape');
  await expect(shownPicture(page)).toHaveCount(1);
});
