import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from '../fixtures.ts';
import { root } from '../place.ts';

const standIn = process.env.ELECTRON_OVERRIDE_DIST_PATH;
test.skip(!standIn, 'a real dialog waits for a person; the stand-in writes it down and dismisses it');

test('a library that another Vitrine holds is said so in a dialog that names the holder', async ({
  place,
  openInBrowser,
}) => {
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
