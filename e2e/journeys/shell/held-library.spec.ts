import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from '../../fixtures.ts';
import { root } from '../../place.ts';
import { goTo, passWelcome, tiles } from '../../window-steps.ts';

const standIn = process.env.ELECTRON_OVERRIDE_DIST_PATH;
test('a library that another Vitrine holds is said so in a dialog that names the holder', async ({
  place,
  openInBrowser,
}) => {
  test.skip(!standIn, 'a real dialog waits for a person; the stand-in writes it down and dismisses it');
  const { processId } = await openInBrowser();
  const window = spawn(join(standIn ?? '', 'electron'), [root], {
    env: place.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  window.stderr.on('data', (bytes: Buffer) => {
    said += bytes;
  });
  const [code] = await once(window, 'exit');
  expect(said).toContain('[dialog] The library could not be opened');
  expect(said).toContain(`process ${processId}`);
  expect(code).toBe(0);
});

test('a library whose holder does not answer is opened for reading, and the window says who holds it', async ({
  place,
  openInBrowser,
}) => {
  const holder = await openInBrowser();
  process.kill(holder.processId, 'SIGSTOP');
  try {
    const { page } = await openInBrowser({ env: { VITRINE_DATA: join(place.path, 'other-data') } });
    const line = page.getByRole('region', { name: 'Open for reading only' });
    await expect(line).toContainText(`Another Vitrine (process ${holder.processId}) holds this library`);
    await passWelcome(page);
    await expect(line).toBeVisible();
    await tiles(page).first().click();
    await page.getByRole('button', { name: 'Favourite' }).click();
    await expect(page.getByText(/holds the library .+ and does not answer/)).toBeVisible();
    await goTo(page, 'Settings');
    await page.getByRole('radiogroup', { name: 'Language' }).getByRole('radio', { name: 'Deutsch' }).click();
    await expect(page.getByRole('region', { name: 'Nur zum Lesen offen' })).toContainText(
      `Prozess ${holder.processId}`,
    );
  } finally {
    process.kill(holder.processId, 'SIGCONT');
  }
});
