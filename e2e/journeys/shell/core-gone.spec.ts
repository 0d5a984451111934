import { expect, test } from '../../fixtures.ts';
import { goTo, passWelcome, tiles } from '../../window-steps.ts';

test('a window whose core is gone stands, says so on every screen, and keeps what it had', async ({
  openInBrowser,
}) => {
  const { page, processId } = await openInBrowser();
  await passWelcome(page);
  // One screen was seen before, the others are opened without a core.
  await goTo(page, 'Queue');
  await expect(page.getByText('Nothing in the queue')).toBeVisible();
  process.kill(processId, 'SIGKILL');
  await expect(page.getByRole('contentinfo')).toContainText('Not connected');
  for (const screen of ['Generate', 'Queue', 'Health', 'Mappings', 'Settings', 'Models'] as const) {
    await goTo(page, screen);
    await expect(page.getByRole('main')).not.toBeEmpty();
    await expect.poll(() => page.getByRole('main').innerText(), { message: screen }).not.toBe('');
    if (process.env.VITRINE_LOOKS !== undefined)
      await page.screenshot({ path: `${process.env.VITRINE_LOOKS}/gone-${screen}.png` });
  }
  await expect(tiles(page)).toHaveCount(1);

  await page.getByRole('searchbox', { name: 'Search models' }).fill('sun');
  await expect(page.getByRole('main')).toContainText('The core does not answer.');
  await page.getByRole('main').getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('main')).toContainText('The core does not answer.');
});

test('a screen whose code does not come says so, and comes when it is asked for again', async ({ openInBrowser }) => {
  const { page } = await openInBrowser();
  await passWelcome(page);
  await page.route('**/assets/health-screen*', (route) => route.abort());
  await page.reload();
  await goTo(page, 'Health');
  const main = page.getByRole('main');
  await expect(main).toContainText('This screen could not be shown');
  await goTo(page, 'Models');
  await expect(tiles(page)).toHaveCount(1);
  await page.unroute('**/assets/health-screen*');
  await goTo(page, 'Health');
  await main.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('Everything is whole')).toBeVisible();
});

test('a sheet whose code does not come says so, comes when it is asked for again, and gives the keyboard back when it is closed', async ({
  openInBrowser,
}) => {
  const { page } = await openInBrowser();
  await passWelcome(page);
  await page.route('**/assets/add-sheet*', (route) => route.abort());
  await page.reload();
  await page.getByRole('button', { name: 'Add models' }).click();
  const notThere = page.getByRole('alertdialog', { name: 'This could not be opened' });
  await expect(notThere).toContainText('Nothing was done.');
  await notThere.getByRole('button', { name: 'Try again' }).click();
  await notThere.getByRole('button', { name: 'Close' }).click();
  await expect(notThere).toHaveCount(0);
  await page.keyboard.press('g');
  await page.keyboard.press('q');
  await expect(page.getByText('Nothing in the queue')).toBeVisible();

  await goTo(page, 'Models');
  await page.getByRole('button', { name: 'Add models' }).click();
  await expect(notThere).toBeVisible();
  await page.unroute('**/assets/add-sheet*');
  await notThere.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('dialog').getByRole('textbox', { name: 'Path of a folder or file' })).toBeVisible();
});
