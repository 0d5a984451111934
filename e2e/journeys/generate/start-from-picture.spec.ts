import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { dropOnWindow } from '../../drop.ts';
import { expect, test } from '../../fixtures.ts';
import { askFor, generateButton, goTo, passWelcome, pictureFiles, pictures } from '../../window-steps.ts';

test('a dropped picture is where the next one starts from', async ({ place, openWindow }) => {
  const photo = join(place.path, 'beach.jpg');
  writeFileSync(
    photo,
    await sharp({ create: { width: 300, height: 200, channels: 3, background: '#3377aa' } })
      .jpeg()
      .toBuffer(),
  );
  const { page } = await openWindow();
  await passWelcome(page);
  await goTo(page, 'Generate');
  await dropOnWindow(page, [photo]);
  const params = page.getByRole('complementary', { name: 'Parameters' });
  await expect(params).toContainText('beach.jpg');
  await expect(params).toContainText('300 × 200');
  await askFor(page, 'the sea by day', 6);
  await expect(pictures(page)).toHaveCount(1, { timeout: 60_000 });

  const [file = ''] = pictureFiles(place);
  const { comments = [], width = 0, height = 1 } = await sharp(readFileSync(file)).metadata();
  expect(comments.find(({ keyword }) => keyword === 'parameters')?.text).toContain('Denoising strength: 0.75');
  expect(width / height, 'the shape of the photo').toBeCloseTo(1.5, 0);

  await params.getByRole('button', { name: 'Start from nothing' }).click();
  await expect(params).not.toContainText('beach.jpg');
});

test('a dropped picture that was made here brings its settings back', async ({ place, openWindow }) => {
  const { page } = await openWindow();
  await passWelcome(page);
  await goTo(page, 'Generate');
  await page.getByRole('textbox', { name: 'Without' }).fill('clouds');
  await askFor(page, 'red hills at sunset', 5);
  await expect(pictures(page)).toHaveCount(1, { timeout: 60_000 });
  const [file = ''] = pictureFiles(place);

  const prompt = page.getByRole('textbox', { name: 'Prompt' });
  await prompt.fill('something else');
  await goTo(page, 'Models');
  await dropOnWindow(page, [file]);
  const sheet = page.getByRole('dialog');
  await expect(sheet).toContainText('red hills at sunset');
  await expect(sheet).toContainText('is in your library');
  await sheet.getByRole('button', { name: 'Use its settings' }).click();
  await expect(prompt).toHaveValue('red hills at sunset');
  await expect(page.getByRole('textbox', { name: 'Without' })).toHaveValue('clouds');

  await generateButton(page).click();
  await expect(pictures(page)).toHaveCount(2, { timeout: 60_000 });
  const [first = '', second = ''] = pictureFiles(place);
  const pixelsOf = (path: string) => sharp(path).raw().toBuffer();
  expect((await pixelsOf(second)).equals(await pixelsOf(first)), 'the same picture again').toBe(true);
});

test('a file that only looks like a picture is refused, and nothing is lost', async ({ place, openWindow }) => {
  const fake = join(place.path, 'fake.png');
  writeFileSync(fake, 'no picture at all');
  const { page } = await openWindow();
  await passWelcome(page);
  await goTo(page, 'Generate');
  const prompt = page.getByRole('textbox', { name: 'Prompt' });
  await prompt.fill('a lighthouse');
  await dropOnWindow(page, [fake]);
  const sheet = page.getByRole('dialog');
  await expect(sheet).toContainText('no picture that can be read');
  // The widgets take the focus away and give it anew half a second after they gave it: the sheet must have it then, too.
  await page.waitForTimeout(700);
  await expect(sheet).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await expect(prompt).toHaveValue('a lighthouse');
});
