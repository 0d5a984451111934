import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Locator, type Page } from 'playwright/test';
import type { Client } from '../core/contract/command.ts';
import { createHttpClient } from '../core/http/client.ts';
import type { Place } from './place.ts';

// What a person does in more than one journey, by the names on the screen.

export async function passWelcome(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Open the library' }).click();
  await expect(page.getByRole('listbox', { name: 'Models' })).toBeVisible();
}

/** Another program at the HTTP door that the page came through: what it is refused is thrown. */
export function otherProgram(page: Page): Client {
  return createHttpClient(new URL(page.url()).origin, null);
}

/**
 * What the window has written down of its view. A journey that starts again waits for what it wants to meet there: Chromium ends a page that is too
 * busy to hear within half a second that it closes, and what it would have written then is lost.
 */
export function keptView(page: Page): Promise<Readonly<Record<string, unknown>>> {
  return page.evaluate(() => JSON.parse(localStorage.getItem('vitrine/view/1') ?? '{}'));
}

type ScreenName = 'Models' | 'Generate' | 'Queue' | 'Health' | 'Mappings' | 'Settings';

export async function goTo(page: Page, screen: ScreenName): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: screen }).click();
}

export function tiles(page: Page): Locator {
  return page.getByRole('listbox', { name: 'Models' }).getByRole('option');
}

/** Pictures on the film, the newest first. */
export function pictures(page: Page): Locator {
  return page.getByRole('listbox', { name: 'Pictures' }).getByRole('option', { name: /^Picture, seed/ });
}

export async function askFor(page: Page, prompt: string, steps?: number): Promise<void> {
  await page.getByRole('textbox', { name: 'Prompt' }).fill(prompt);
  if (steps !== undefined) {
    const field = page.getByRole('complementary', { name: 'Parameters' }).getByRole('textbox', { name: 'Steps' });
    await field.fill(String(steps));
    await field.press('Enter');
  }
  await generateButton(page).click();
}

/** Its name goes on with its shortcut, and with the count when there are several. The rail has a button of that name too. */
export function generateButton(page: Page): Locator {
  return page.getByRole('main').getByRole('button', { name: /^Generate/ });
}

/** Waits until a step is told. Looks at every frame: a small model's steps may all be over between two looks of an assertion. */
export async function seeStep(page: Page): Promise<void> {
  await page.waitForFunction(() => /Step \d+ of \d+/.test(document.body.innerText), null, { timeout: 60_000 });
}

/** The picture that has the room. */
export function shownPicture(page: Page): Locator {
  return page.getByRole('main').getByRole('figure').getByRole('img');
}

/** The files of all pictures made so far, the oldest first. */
export function pictureFiles(place: Place): readonly string[] {
  const outputs = join(place.dataPath, 'outputs');
  return readdirSync(outputs, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.png'))
    .sort()
    .map((name) => join(outputs, name));
}
