import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { expect, test } from '../../fixtures.ts';
import { type Place, root } from '../../place.ts';
import { serveUpdate } from '../../update-server.ts';
import { goTo, passWelcome } from '../../window-steps.ts';

/** The checkout as an AppImage that was installed, and was built with `address` or with none. */
function installedPackage(place: Place, address: string | null) {
  const resources = join(place.path, 'resources');
  mkdirSync(resources);
  symlinkSync(root, join(resources, 'app.asar.unpacked'));
  symlinkSync(join(root, 'node_modules', 'node', 'bin', 'node'), join(resources, 'node'));
  for (const name of ['starter-model', 'mappings']) symlinkSync(join(root, 'resources', name), join(resources, name));
  const config = ['provider: generic', `url: ${address}`, 'updaterCacheDirName: vitrine-updater', ''].join('\n');
  if (address !== null) writeFileSync(join(resources, 'app-update.yml'), config);
  const appImage = join(place.path, 'Vitrine.AppImage');
  writeFileSync(appImage, 'the version in use');
  chmodSync(appImage, 0o755);
  const env = {
    VITRINE_STAND_IN_RESOURCES: resources,
    APPIMAGE: appImage,
    XDG_CACHE_HOME: join(place.path, 'cache'),
  };
  return { env, appImage };
}

const lookSwitch = (page: Page) => page.getByRole('switch', { name: 'Look for updates' });

/** A package that notes when it is run: an AppImage is, once, after it was installed. */
const newVersion = (place: Place) => Buffer.from(`#!/bin/sh\n: > '${place.path}/ran'\n${'#'.repeat(100_000)}\n`);

test('updates are looked for when that is turned on, downloaded with progress, and installed at the quit', async ({
  openWindow,
  place,
}) => {
  const content = newVersion(place);
  const server = await serveUpdate(content);
  const { env, appImage } = installedPackage(place, server.url);
  const { page, close } = await openWindow({ env });
  await passWelcome(page);
  await goTo(page, 'Settings');
  await expect(lookSwitch(page)).not.toBeChecked();
  expect(server.asked, 'nothing goes out while it is off').toEqual([]);

  await lookSwitch(page).press('Space');
  await expect(page.getByText(/Version 9\.9\.9 is downloading: [1-9]\d?%/)).toBeVisible();
  server.release();
  await expect(page.getByText('Version 9.9.9 is here. It is installed when you quit')).toBeVisible();
  expect(readFileSync(appImage, 'utf8')).toBe('the version in use');
  await close();
  expect(readFileSync(appImage)).toEqual(content);
  expect(existsSync(join(place.path, 'ran'))).toBe(true);
  server.close();
});

test('an address that does not answer is said in words, and what comes damaged is thrown away', async ({
  openWindow,
  place,
}) => {
  const server = await serveUpdate(newVersion(place), false);
  const { env, appImage } = installedPackage(place, server.url);
  const { page, close } = await openWindow({ env });
  await passWelcome(page);
  await goTo(page, 'Settings');
  await lookSwitch(page).press('Space');
  await expect(page.getByText(/is downloading/)).toBeVisible();
  server.release();
  await expect(page.getByRole('alert')).toContainText('What came was not what had been announced');
  server.close();
  await page.getByRole('button', { name: 'Look now' }).click();
  await expect(page.getByRole('alert')).toContainText('The update address could not be reached');
  await close();
  expect(readFileSync(appImage, 'utf8')).toBe('the version in use');
});

test('a build without an update address says so', async ({ openWindow, place }) => {
  const { env } = installedPackage(place, null);
  const { page } = await openWindow({ env });
  await passWelcome(page);
  await goTo(page, 'Settings');
  await expect(page.getByText('This build has no update address.')).toBeVisible();
  await expect(lookSwitch(page)).toBeDisabled();
});
