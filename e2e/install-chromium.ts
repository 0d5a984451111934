import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromiumExecutable } from './chromium.ts';

// Before the window's tests: a browser to drive, where one can be installed without asking.
if (!chromiumExecutable()) {
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) installFromDebian();
  if (!chromiumExecutable()) {
    console.error(
      'The tests of the window need Chromium. Install it (Debian: apt-get install chromium), or Playwright’s own: npx playwright install chromium',
    );
    process.exit(1);
  }
}

/** With it, the GPU in software that Chromium's package brings runs the test of WebGPU. */
function installFromDebian(): void {
  console.error('Installing Chromium for the tests of the window …');
  const options: SpawnSyncOptions = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'libvulkan1'], options);
}
