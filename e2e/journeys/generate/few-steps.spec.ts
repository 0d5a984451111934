import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../../fixtures.ts';
import { copyBundle } from '../../place.ts';
import { generateButton, otherProgram, passWelcome, pictureFiles, pictures, tiles } from '../../window-steps.ts';

test('a model that was made for a few steps without guidance is offered so, and drawn so', async ({
  place,
  openInBrowser,
}) => {
  const folder = copyBundle(place, 'Quick');
  const configPath = join(folder, 'scheduler', 'scheduler_config.json');
  const config: object = JSON.parse(readFileSync(configPath, 'utf8'));
  const turbo = { _class_name: 'EulerDiscreteScheduler', timestep_spacing: 'trailing' };
  writeFileSync(configPath, JSON.stringify({ ...config, ...turbo }));
  const { page } = await openInBrowser();
  await passWelcome(page);
  await otherProgram(page).call('models.register', { path: folder });

  await tiles(page).filter({ hasText: 'Quick' }).dblclick();
  const parameters = page.getByRole('complementary', { name: 'Parameters' });
  await expect(parameters.getByRole('textbox', { name: 'Steps' })).toHaveValue('4');
  await expect(parameters.getByRole('textbox', { name: 'Guidance' })).toHaveValue('1.0');
  await page.getByRole('textbox', { name: 'Prompt' }).fill('a red sun');
  await generateButton(page).click();
  await expect(pictures(page)).toHaveCount(1, { timeout: 60_000 });
  expect(readFileSync(pictureFiles(place)[0] ?? '', 'latin1')).toMatch(/Steps: 4, Sampler: Euler, .*CFG scale: 1[,.]/);
});
