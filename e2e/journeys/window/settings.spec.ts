import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Page } from 'playwright/test';
import { expect, test } from '../../fixtures.ts';
import { goTo, keptView, passWelcome } from '../../window-steps.ts';

/** Below those that systems give out by themselves: one of these is taken between the look and the use. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    server.close();
    if (isFree) return port;
  }
}

function choice(page: Page, group: string, name: string) {
  return page.getByRole('radiogroup', { name: group }).getByRole('radio', { name });
}

test('what is set stays set: appearance, options and the door for other programs', async ({ openWindow }) => {
  const port = await freePort();
  const first = await openWindow();
  await passWelcome(first.page);
  await goTo(first.page, 'Settings');
  await choice(first.page, 'Theme', 'Dark').click();
  await expect(first.page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await choice(first.page, 'Format', 'WEBP').click();
  await first.page.getByRole('switch', { name: 'Live preview' }).press('Space');
  const limit = first.page.getByRole('textbox', { name: 'Longest queue' });
  await limit.fill('25');
  await limit.press('Enter');

  const portField = first.page.getByRole('textbox', { name: 'Port' });
  await portField.fill(String(port));
  await portField.press('Enter');
  await first.page.getByRole('switch', { name: 'Answer other programs' }).press('Space');
  await expect(first.page.getByText(`http://127.0.0.1:${port}`)).toBeVisible();
  const headers = { connection: 'close' };
  expect((await fetch(`http://127.0.0.1:${port}/healthz`, { headers })).status).toBe(200);
  await first.page.getByRole('button', { name: 'Make one' }).click();
  await expect(first.page.getByRole('textbox', { name: 'Key' })).toHaveValue(/^.{20,}$/);
  expect((await fetch(`http://127.0.0.1:${port}/sdapi/v1/options`, { headers })).status).toBe(401);
  await first.close();

  const { page } = await openWindow();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await goTo(page, 'Settings');
  await expect(choice(page, 'Format', 'WEBP')).toBeChecked();
  await expect(page.getByRole('switch', { name: 'Live preview' })).not.toBeChecked();
  await expect(page.getByRole('textbox', { name: 'Longest queue' })).toHaveValue('25');
  await expect(page.getByText(`http://127.0.0.1:${port}`)).toBeVisible();
  expect((await fetch(`http://127.0.0.1:${port}/sdapi/v1/options`, { headers })).status).toBe(401);
});

test('the window speaks German when that is chosen, and still does at the next start', async ({ openWindow }) => {
  const first = await openWindow();
  await passWelcome(first.page);
  await goTo(first.page, 'Settings');
  await choice(first.page, 'Language', 'Deutsch').click();
  await expect(first.page.getByRole('heading', { name: 'Einstellungen' })).toBeVisible();
  await expect(first.page.locator('html')).toHaveAttribute('lang', /^de/);
  await expect.poll(() => keptView(first.page)).toMatchObject({ language: 'de' });
  await first.close();

  const { page } = await openWindow();
  await expect(page.getByRole('heading', { name: 'Einstellungen' })).toBeVisible();
  await page.getByRole('navigation', { name: 'Ansichten' }).getByRole('button', { name: 'Schlange' }).click();
  await expect(page.getByText('Nichts in der Schlange')).toBeVisible();
});
