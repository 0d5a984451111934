import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { expect, type OpenApp, test } from '../../fixtures.ts';
import { copyBundle, type Place } from '../../place.ts';
import {
  askFor,
  generateButton,
  goTo,
  otherProgram,
  passWelcome,
  pictureFiles,
  pictures,
  seeStep,
  shownPicture,
} from '../../window-steps.ts';

const prompt = 'a red sun over blue mountains';

async function generateOne(place: Place, { page }: OpenApp): Promise<void> {
  await passWelcome(page);
  await goTo(page, 'Generate');
  await askFor(page, prompt);
  await seeStep(page);
  await expect(pictures(page)).toHaveCount(1, { timeout: 60_000 });

  const [file = ''] = pictureFiles(place);
  const { comments = [], width, height } = await sharp(readFileSync(file)).metadata();
  const infotext = comments.find(({ keyword }) => keyword === 'parameters')?.text ?? '';
  expect(infotext).toContain(prompt);
  expect(infotext).toMatch(new RegExp(`Steps: \\d+, Sampler: .+, Seed: \\d+, Size: ${width}x${height}`));
}

async function expectPainted({ page }: OpenApp): Promise<void> {
  const image = shownPicture(page);
  await expect.poll(() => image.evaluate((shown: HTMLImageElement) => shown.naturalWidth)).toBeGreaterThan(0);
}

test('a prompt becomes a picture with its settings in the file, and is still there after a restart', async ({
  place,
  openWindow,
}) => {
  const first = await openWindow();
  await generateOne(place, first);
  await expectPainted(first);
  await first.close();

  const { page } = await openWindow();
  await goTo(page, 'Generate');
  await expect(pictures(page)).toHaveCount(1);
  await goTo(page, 'Queue');
  await expect(page.getByText(prompt).first()).toBeVisible();
});

test('the same in a plain browser', async ({ place, openInBrowser }) => {
  const app = await openInBrowser();
  await generateOne(place, app);
  await expectPainted(app);
  // Why it ran on this and on nothing faster: one press from the line that names it.
  await app.page.getByRole('contentinfo').getByRole('button', { name: 'Why: see Settings, Engine' }).click();
  await expect(app.page.getByText('The last run was on CPU.')).toBeVisible();
  await expect(app.page.getByText(/webgpu: .+/)).toBeVisible();
});

test('a job that is canceled says so and leaves no picture; the next one works', async ({ place, openWindow }) => {
  const { page } = await openWindow();
  await passWelcome(page);
  await goTo(page, 'Generate');
  await askFor(page, prompt, 900);
  await seeStep(page);
  await page
    .getByRole('main')
    .getByRole('button', { name: /^Cancel/ })
    .click();
  await expect(generateButton(page)).toBeVisible();
  await expect(pictures(page)).toHaveCount(0);
  await askFor(page, prompt, 2);
  await expect(pictures(page)).toHaveCount(1, { timeout: 60_000 });
  await goTo(page, 'Queue');
  await expect(page.getByText(/canceled/).first()).toBeVisible();
  expect(pictureFiles(place)).toHaveLength(1);
});

test('a registered folder generates from where it lies', async ({ place, openInBrowser }) => {
  const folder = copyBundle(place, 'Tiny');
  const { page } = await openInBrowser();
  await passWelcome(page);
  const { model_id } = await otherProgram(page).call('models.register', { path: folder });
  await page.getByRole('listbox', { name: 'Models' }).getByRole('option', { name: /Tiny/ }).click();
  await page.getByRole('button', { name: 'Generate with this' }).click();
  await askFor(page, prompt, 3);
  await expect(pictures(page)).toHaveCount(1, { timeout: 60_000 });
  const { jobs } = await otherProgram(page).call('jobs.list', {});
  expect(jobs).toEqual([
    expect.objectContaining({ status: 'succeeded', request: expect.objectContaining({ model_id }) }),
  ]);
});
