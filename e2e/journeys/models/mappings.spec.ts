import { lstatSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../../fixtures.ts';
import { fingerprintOf, installComfyUi } from '../../place.ts';
import { goTo, passWelcome } from '../../window-steps.ts';

test('a mapping is looked at, applied as it was shown, and taken back without a trace', async ({
  place,
  openInBrowser,
}) => {
  const root = installComfyUi(place);
  const before = fingerprintOf(join(root, 'models', 'checkpoints'));
  const { page } = await openInBrowser();
  await passWelcome(page);
  await goTo(page, 'Mappings');
  await page.getByRole('textbox', { name: 'Path of a folder' }).fill(place.path);
  await page.getByRole('button', { name: 'Look there' }).click();
  const found = page.getByRole('region', { name: 'Found there' }).getByRole('listitem').filter({ hasText: root });
  await expect(found.first()).toContainText('Known by');
  await found.first().getByRole('button', { name: 'Use this' }).click();

  const plan = page.getByRole('grid', { name: 'What happens' });
  const linkRow = plan.getByRole('row', { name: /^Link/ });
  await expect(linkRow).toHaveCount(1);
  await linkRow.click();
  await expect(page.getByRole('region', { name: 'Folders now and after' })).toContainText('models/diffusers');
  expect(readdirSync(join(root, 'models', 'diffusers'))).toEqual([]);

  await page.getByRole('button', { name: 'Link 1 model' }).click();
  await expect(page.getByText('1 link was made')).toBeVisible();
  const [name = ''] = readdirSync(join(root, 'models', 'diffusers'));
  const link = join(root, 'models', 'diffusers', name);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(realpathSync(link).startsWith(realpathSync(place.libraryPath))).toBe(true);
  await expect(page.getByRole('button', { name: 'Nothing to link' })).toBeDisabled();

  await page.getByRole('button', { name: 'Ledger', exact: true }).click();
  const ledger = page.getByRole('complementary', { name: 'Ledger' });
  await ledger.getByRole('button', { name: 'Check links' }).click();
  await expect(ledger).toContainText('The one link leads to its model');
  await ledger.getByRole('button', { name: /^Undo the links/ }).click();
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText(name);
  await question.getByRole('button', { name: 'Take back 1 link' }).click();
  await expect(page.getByText('1 link was taken back')).toBeVisible();
  expect(readdirSync(join(root, 'models', 'diffusers'))).toEqual([]);
  expect(fingerprintOf(join(root, 'models', 'checkpoints'))).toEqual(before);
  await expect(ledger).toContainText('Taken back');
});

test('a model whose name is taken is linked under another one when that is chosen; its details show the link', async ({
  place,
  openInBrowser,
}) => {
  const root = installComfyUi(place);
  const folder = join(root, 'models', 'diffusers');
  const { page } = await openInBrowser();
  await passWelcome(page);
  await goTo(page, 'Mappings');
  const plan = page.getByRole('grid', { name: 'What happens' });
  const line = plan.locator('tr[data-model-id]');
  await page.getByRole('textbox', { name: 'Path of a folder' }).fill(root);
  await page.getByRole('button', { name: 'Look there' }).click();
  mkdirSync(join(folder, 'vitrine-starter'));
  await page.getByRole('button', { name: 'Use this' }).first().click();
  await expect(line).toContainText('A folder has this name');
  await line.getByRole('button', { name: /under another name$/ }).click();
  await expect(page.getByText('1 model gets another name')).toBeVisible();
  await expect(line).toContainText('vitrine-starter-vitrine-starter');
  await page.getByRole('button', { name: 'Leave that' }).click();
  await plan.getByRole('button', { name: 'Link it under another name' }).click();
  await page.getByRole('button', { name: 'Link 1 model' }).click();
  await expect(page.getByText('1 link was made')).toBeVisible();
  expect(readdirSync(join(folder, 'vitrine-starter'))).toEqual([]);
  expect(lstatSync(join(folder, 'vitrine-starter-vitrine-starter')).isSymbolicLink()).toBe(true);

  await plan.getByRole('button', { name: /^Linked already/ }).click();
  await line.click();
  await plan.press('Enter');
  await expect(page.getByRole('region', { name: 'In other apps' })).toContainText('ComfyUI');
});
