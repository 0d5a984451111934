import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test as journey } from '../fixtures.ts';
import { makePlace, root } from '../place.ts';
import { addReview, bringIn, mainViews, makePictures, makeTrouble, stockDrive } from '../showroom.ts';
import { passWelcome } from '../window-steps.ts';

const folder = join(root, 'docs', 'images');

/** As the starter model was taught to read them. */
const prompts = [
  'a yellow sun over the sea by day with a sailboat',
  'a huge orange sun over the sea at sunset',
  'a hot-air balloon over golden hills at sunrise',
  'a pink sun over the sea at dawn with a lighthouse',
  'a huge yellow sun over the desert at dawn with a cactus',
];

const test = journey.extend({
  // Its paths are to be read in the pictures.
  place: async ({ browserName: _ }, use) => {
    const path = join(tmpdir(), 'Vitrine');
    mkdirSync(path);
    using place = makePlace(path);
    await use(place);
  },
});

test('the screens of the guide', async ({ openInBrowser, place }) => {
  const { weightsToCut } = stockDrive(place);
  const { page } = await openInBrowser();
  const take = async (name: string) => {
    await page.mouse.move(0, 0);
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      const png = await page.screenshot();
      await sharp(png)
        .webp({ quality: 82, effort: 6 })
        .toFile(join(folder, `${name}-${theme}.webp`));
    }
  };
  const open = async (name: string) => mainViews.find((view) => view.name === name)?.open(page, place);

  await expect(page.getByRole('button', { name: 'Make a first picture' })).toBeEnabled();
  await take('welcome');
  await passWelcome(page);
  await addReview.open(page, place);
  await take('add');
  await bringIn(page);
  await makePictures(page, prompts, 20);
  await page.getByRole('textbox', { name: 'Prompt' }).fill(prompts.at(-1) ?? '');
  await expect(page.getByText(/^[1-9]\d* of 75 tokens$/)).toBeVisible();
  await take('generate');
  await open('Models, wall');
  await take('models');
  await open('Mappings, plan');
  await take('mappings');
  await open('Settings, Folders');
  await take('settings');
  await makeTrouble(page, weightsToCut);
  await open('Queue, job');
  await take('queue');
  await open('Health, findings');
  await take('health');
});
