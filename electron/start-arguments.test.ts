import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readStartArguments } from './start-arguments.ts';

const workingPath = resolve('/home/ada');

test.each([
  ['nothing', [], false, { folders: {}, paths: [] }],
  ['the app alone', ['/opt/app'], true, { folders: {}, paths: [] }],
  [
    'folders, and files relative to where the user is',
    ['/opt/app', '--library', '/l', '--data=/d', 'a.safetensors', '/models/sd15'],
    true,
    { folders: { library: '/l', data: '/d' }, paths: [resolve(workingPath, 'a.safetensors'), resolve('/models/sd15')] },
  ],
  [
    "Chromium's own switches",
    ['--no-sandbox', '--enable-features=A,B', '/m.gguf'],
    false,
    { folders: {}, paths: [resolve('/m.gguf')] },
  ],
  [
    'a name that begins with a dash',
    ['--', '-odd.onnx'],
    false,
    { folders: {}, paths: [resolve(workingPath, '-odd.onnx')] },
  ],
  [
    'what a file manager opens with it, by its URL',
    ['file:///models/a%20b%20%E5%A2%A8.safetensors', 'file://elsewhere/x'],
    false,
    { folders: {}, paths: [resolve('/models/a b 墨.safetensors'), resolve(workingPath, 'file://elsewhere/x')] },
  ],
  ['a flag without its folder', ['--library'], false, { folders: {}, paths: [] }],
])('a start with %s', (_, words, hasAppPath, expected) => {
  expect(readStartArguments(words, { hasAppPath, workingPath })).toEqual(expected);
});
