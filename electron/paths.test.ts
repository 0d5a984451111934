import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appPaths } from './paths.ts';

const root = join(import.meta.dirname, '..');

test('in a checkout the Node executable and the starter model are there', () => {
  const paths = appPaths({ isPackaged: false, appPath: root, resourcesPath: '/unused', platform: process.platform });
  expect(existsSync(paths.nodeExecutable)).toBe(true);
  expect(existsSync(join(paths.starterBundle, 'model_index.json'))).toBe(true);
  expect(existsSync(join(paths.mappingRules, 'comfyui.json'))).toBe(true);
});

test('in a package, what a real Node executable runs lies beside the archive, not in it', () => {
  const resourcesPath = join('/opt', 'vitrine', 'resources');
  const place = { isPackaged: true, appPath: join(resourcesPath, 'app.asar'), resourcesPath } as const;
  expect(appPaths({ ...place, platform: 'linux' })).toEqual({
    rendererFolder: join(resourcesPath, 'app.asar', 'dist', 'renderer'),
    preloadFile: join(resourcesPath, 'app.asar', 'dist', 'electron', 'preload.cjs'),
    runnerEntry: join(resourcesPath, 'app.asar.unpacked', 'dist', 'runner', 'entry.mjs'),
    nodeExecutable: join(resourcesPath, 'node'),
    starterBundle: join(resourcesPath, 'starter-model', 'bundle'),
    mappingRules: join(resourcesPath, 'mappings'),
    updateAddress: join(resourcesPath, 'app-update.yml'),
  });
  expect(appPaths({ ...place, platform: 'win32' }).nodeExecutable).toBe(join(resourcesPath, 'node.exe'));
});
