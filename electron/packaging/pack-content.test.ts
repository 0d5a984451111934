import { expect, test } from 'vitest';
import { type PackedFiles, packFaults } from './pack-content.ts';

const ort = 'node_modules/onnxruntime-node/bin/napi-v6';
const unpacked = [
  'dist/imaging/entry.mjs',
  'dist/node/vitrine.mjs',
  'dist/renderer/index.html',
  'dist/runner/entry.mjs',
  'dist/runner/segment-thread.mjs',
  'dist/runner/weight-thread.mjs',
  `${ort}/linux/x64/onnxruntime_binding.node`,
  'node_modules/better-sqlite3/lib/index.js',
  'node_modules/better-sqlite3/prebuilds/linux-x64.node',
  'node_modules/@img/sharp-linux-x64/lib/sharp-linux-x64.node',
  'node_modules/@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.8',
];
const whole: PackedFiles = {
  // An archive's listing names unpacked files too.
  archived: [
    'dist/electron/main.js',
    'dist/electron/preload.cjs',
    'node_modules/electron-updater/out/main.js',
    ...unpacked,
  ],
  unpacked,
  resources: ['node', 'bin/vitrine', 'vitrine.png', 'starter-model/bundle/model_index.json', 'mappings/comfyui.json'],
};

test('a whole package has no fault', () => expect(packFaults(whole, 'linux-x64')).toEqual([]));

test.each([
  'dist/imaging/entry.mjs',
  'dist/runner/entry.mjs',
  'dist/runner/segment-thread.mjs',
  'dist/runner/weight-thread.mjs',
  `${ort}/linux/x64/onnxruntime_binding.node`,
  'node_modules/better-sqlite3/prebuilds/linux-x64.node',
  'node_modules/@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.8',
])('a package that keeps %s in the archive has a fault', (file) => {
  expect(packFaults({ ...whole, unpacked: unpacked.filter((other) => other !== file) }, 'linux-x64')).toHaveLength(1);
});

test.each([
  'core/app.ts',
  'dist/electron/main.js.map',
  'node_modules/react/package.json',
  `${ort}/linux/arm64/onnxruntime_binding.node`,
  `${ort}/win32/x64/onnxruntime.dll`,
  'node_modules/better-sqlite3/prebuilds/linuxmusl-x64.node',
  'node_modules/@img/sharp-darwin-arm64/lib/sharp-darwin-arm64.node',
])('a package that holds %s has a fault that names it', (file) => {
  const faults = packFaults({ ...whole, archived: [...whole.archived, file] }, 'linux-x64');
  expect(faults).toEqual([expect.stringContaining(file)]);
});

test('a package with an address for updates that nobody gave has a fault', () => {
  expect(packFaults({ ...whole, resources: [...whole.resources, 'app-update.yml'] }, 'linux-x64')).toHaveLength(1);
});

test('a package without anything beside the archive has a fault for each thing', () => {
  expect(packFaults({ ...whole, resources: [] }, 'linux-x64')).toHaveLength(5);
});
