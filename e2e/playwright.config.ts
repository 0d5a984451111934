import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'playwright/test';
import { chromiumExecutable } from './chromium.ts';

const root = join(import.meta.dirname, '..');
// The same specs run on the real Electron where its binary is installed, and on the stand-in where it is not.
if (!existsSync(join(root, 'node_modules', 'electron', 'path.txt')))
  process.env.ELECTRON_OVERRIDE_DIST_PATH ??= join(import.meta.dirname, 'electron-stand-in');

const executablePath = chromiumExecutable();
if (executablePath) process.env.VITRINE_CHROMIUM = executablePath;

export default defineConfig({
  testDir: 'journeys',
  // Of an installed package: only the stand-in can be told that the checkout is one.
  testIgnore: process.env.ELECTRON_OVERRIDE_DIST_PATH ? [] : ['updates.spec.ts'],
  snapshotPathTemplate: '{testDir}/looks/kept/{arg}{ext}',
  outputDir: join(root, 'test-results'),
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: { actionTimeout: 15_000, ...(executablePath && { launchOptions: { executablePath } }) },
});
