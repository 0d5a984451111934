import { mkdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from 'playwright/test';
import { copyBundle, installComfyUi, type Place, writeLora } from './place.ts';
import { goTo, otherProgram, pictures } from './window-steps.ts';

const loraNames = ['Linocut', 'Charcoal', 'Cyanotype', 'Stained glass'];

/** What lies on the drive of `place`: three bundles and a few LoRAs, to be brought in, and an installed ComfyUI. */
export function stockDrive(place: Place): { readonly drive: string; readonly weightsToCut: string } {
  copyBundle(place, 'Harbour 1.5');
  const second = copyBundle(place, 'Northern light 2.1', 'sd21-tiny');
  copyBundle(place, 'Atelier XL', 'sdxl-tiny');
  const drive = join(place.path, 'drive');
  mkdirSync(join(drive, 'loras'));
  for (const name of loraNames) writeLora(join(drive, 'loras', `${name}.safetensors`), name);
  installComfyUi(place);
  return { drive, weightsToCut: join(second, 'unet', 'diffusion_pytorch_model.safetensors') };
}

/** A look at one screen, in a window whose library is the one of `stockDrive`. */
interface View {
  readonly name: string;
  readonly open: (page: Page, place: Place) => Promise<void>;
  /** Steps back to the bare screen. */
  readonly leave?: (page: Page) => Promise<void>;
}

const pressEscape = (page: Page) => page.keyboard.press('Escape');
const params = (page: Page) => page.getByRole('complementary', { name: 'Parameters' });
const models = (page: Page) => page.getByRole('listbox', { name: 'Models' });

function fold(name: string): View {
  return {
    name: `Generate, ${name}`,
    open: async (page) => {
      await goTo(page, 'Generate');
      await params(page)
        .getByRole('button', { name: new RegExp(`^${name}`), expanded: false })
        .click();
    },
    leave: (page) =>
      params(page)
        .getByRole('button', { name: new RegExp(`^${name}`), expanded: true })
        .click(),
  };
}

function settingsSection(name: string): View {
  return {
    name: `Settings, ${name}`,
    open: async (page) => {
      await goTo(page, 'Settings');
      await page.getByRole('navigation', { name: 'Sections' }).getByRole('button', { name, exact: true }).click();
      await expect(page.getByRole('heading', { name, exact: true, level: 2 })).toBeInViewport();
    },
  };
}

export const addReview: View = {
  name: 'Add, review',
  open: async (page, place) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('menuitem', { name: 'Add models' }).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('textbox', { name: 'Path of a folder or file' }).fill(join(place.path, 'drive'));
    await sheet.getByRole('button', { name: 'Look at it' }).click();
    await expect(sheet.getByRole('button', { name: 'Add 7 models' })).toBeVisible();
  },
};

/** Confirms what `addReview` opened. */
export async function bringIn(page: Page): Promise<void> {
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('button', { name: 'Add 7 models' }).click();
  await sheet.getByRole('button', { name: 'Done' }).click({ timeout: 60_000 });
}

async function queue(page: Page, prompt: string, seed: number, steps: number): Promise<void> {
  await otherProgram(page).call('jobs.generate', { request: { prompt, seed, steps }, origin: 'jobs_api' });
}

/** One picture of each prompt, its seed the prompt's place, from 1 on. */
export async function makePictures(page: Page, prompts: readonly string[], steps: number): Promise<void> {
  await goTo(page, 'Generate');
  for (const [index, prompt] of prompts.entries()) {
    await queue(page, prompt, index + 1, steps);
    await expect(pictures(page)).toHaveCount(index + 1, { timeout: 60_000 });
  }
}

/** Cuts the weights of one bundle short, and pauses the queue with two jobs in it. */
export async function makeTrouble(page: Page, weightsToCut: string): Promise<void> {
  truncateSync(weightsToCut, 1000);
  await goTo(page, 'Health');
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByRole('heading', { name: /Weights are cut short/ })).toBeVisible();
  await goTo(page, 'Queue');
  await page.getByRole('button', { name: 'Pause queue' }).click();
  await expect(page.getByRole('button', { name: 'Resume queue' })).toBeVisible();
  await queue(page, 'an island in the mist', 1, 20);
  await queue(page, 'a lighthouse at night', 2, 20);
  await expect(
    page.getByRole('grid', { name: 'Jobs' }).getByRole('row', { name: /^Waiting a lighthouse/ }),
  ).toBeVisible();
}

/**
 * Fills the empty library of a window that stands on its screens: models brought in from a drive, two pictures, and what is wrong.
 * `onReview` looks at the review before it is confirmed.
 */
export async function furnish(page: Page, place: Place, onReview: () => Promise<void> = async () => {}): Promise<void> {
  const { weightsToCut } = stockDrive(place);
  await addReview.open(page, place);
  await onReview();
  await bringIn(page);
  await makePictures(page, ['a red sun over blue mountains', 'white moon over the sea'], 4);
  await makeTrouble(page, weightsToCut);
}

/** Each screen with what belongs on it. */
export const mainViews: readonly View[] = [
  {
    name: 'Models, wall',
    open: async (page) => {
      await goTo(page, 'Models');
      await models(page)
        .getByRole('option', { name: /Vitrine/ })
        .click();
      await expect(page.getByRole('complementary', { name: 'Details' })).toBeVisible();
    },
  },
  {
    name: 'Models, table',
    open: async (page) => {
      await goTo(page, 'Models');
      await page.getByRole('button', { name: 'Table' }).click();
      await page
        .getByRole('grid', { name: 'Models' })
        .getByRole('row', { name: /Northern light/ })
        .click();
      await expect(page.getByRole('complementary').getByRole('heading', { name: /Northern light/ })).toBeVisible();
    },
    leave: (page) => page.getByRole('button', { name: 'Wall' }).click(),
  },
  {
    name: 'Generate, picture',
    open: async (page) => {
      await goTo(page, 'Generate');
      await pictures(page).last().click();
      await expect(page.getByRole('main').getByRole('figure').getByRole('img')).toBeVisible();
    },
  },
  {
    name: 'Queue, job',
    open: async (page) => {
      await goTo(page, 'Queue');
      await page.getByRole('grid', { name: 'Jobs' }).getByRole('row', { name: /took/ }).last().click();
      await expect(page.getByRole('complementary', { name: 'Details of the job' })).toBeVisible();
    },
  },
  {
    name: 'Health, findings',
    open: async (page) => {
      await goTo(page, 'Health');
      await expect(page.getByRole('heading', { name: /Weights are cut short/ })).toBeVisible();
    },
  },
  {
    name: 'Mappings, plan',
    open: async (page, place) => {
      await goTo(page, 'Mappings');
      const plan = page.getByRole('grid', { name: 'What happens' });
      const path = page.getByRole('textbox', { name: 'Path of a folder' });
      await plan.or(path).first().waitFor();
      if (await path.isVisible()) {
        await path.fill(place.path);
        await page.getByRole('button', { name: 'Look there' }).click();
        await page.getByRole('button', { name: 'Use this' }).first().click();
      }
      await plan.getByRole('row', { name: /^Link/ }).first().click();
      await expect(page.getByRole('region', { name: 'Folders now and after' })).toBeVisible();
    },
  },
  settingsSection('Folders'),
];

/** What else can be open. */
export const furtherViews: readonly View[] = [
  {
    name: 'Models, picked',
    open: async (page) => {
      await goTo(page, 'Models');
      await models(page).focus();
      await page.keyboard.press('Control+a');
      await expect(page.getByRole('complementary', { name: 'Picked models' })).toBeVisible();
    },
    leave: pressEscape,
  },
  {
    name: 'Models, remove',
    open: async (page) => {
      await goTo(page, 'Models');
      await models(page)
        .getByRole('option', { name: /Linocut/ })
        .click();
      await page.keyboard.press('Delete');
      await expect(page.getByRole('alertdialog').getByRole('button', { name: 'Remove entry' })).toBeEnabled();
    },
    leave: pressEscape,
  },
  {
    name: 'Palette',
    open: async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('li');
      await expect(page.getByRole('menuitem', { name: /Linocut/ })).toBeVisible();
    },
    leave: async (page) => {
      await pressEscape(page);
      await pressEscape(page);
      await expect(page.getByRole('dialog')).toBeHidden();
    },
  },
  ...['Sampler', 'Start from', 'Upscale', 'Variation', 'Prompt reading', 'Saving'].map(fold),
  {
    name: 'Generate, models',
    open: async (page) => {
      await goTo(page, 'Generate');
      await params(page)
        .getByRole('button', { name: /^Choose a model/ })
        .click();
      await expect(page.getByRole('listbox', { name: 'Model', exact: true })).toBeVisible();
    },
    leave: pressEscape,
  },
  {
    name: 'Generate, syntax',
    open: async (page) => {
      await goTo(page, 'Generate');
      await page.getByRole('button', { name: 'Prompt syntax' }).click();
      await expect(page.getByRole('dialog', { name: 'Prompt syntax' })).toBeVisible();
    },
    leave: pressEscape,
  },
  {
    name: 'Mappings, ledger',
    open: async (page) => {
      await goTo(page, 'Mappings');
      await page.getByRole('button', { name: 'Ledger', exact: true }).click();
      await expect(page.getByRole('complementary', { name: 'Ledger' })).toBeVisible();
    },
  },
  ...['Engine', 'Generating', 'Picture files', 'Queue', 'API server', 'Appearance', 'Keyboard', 'About'].map(
    settingsSection,
  ),
];
