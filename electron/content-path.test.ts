import { join } from 'node:path';
import { expect, test } from 'vitest';
import { artifactId, contentPath, previewModelId } from './content-path.ts';

const folder = join('/opt', 'vitrine', 'renderer');

test.each([
  ['app://bundle/index.html', join(folder, 'index.html')],
  ['app://bundle/', join(folder, 'index.html')],
  ['app://bundle/assets/a%20b.js?v=1#x', join(folder, 'assets', 'a b.js')],
  ['app://bundle/../../etc/passwd', join(folder, 'etc', 'passwd')],
  ['app://bundle/..%2f..%2fetc%2fpasswd', null],
  ['app://bundle/%2e%2e/%2e%2e/etc/passwd', join(folder, 'etc', 'passwd')],
  ['app://bundle/..%5c..%5cwindows', null],
  ['app://bundle/..%2frenderer-of-another/x', null],
  ['app://bundle/a%00.html', null],
  ['app://bundle/%ff', null],
  ['app://elsewhere/index.html', null],
])('%s means %s', (url, file) => {
  expect(contentPath(folder, url)).toBe(file);
});

test.each([
  ['picture://artifact/0198-a', '0198-a'],
  ['picture://artifact/a%2Fb', 'a/b'],
  ['picture://artifact/', null],
  ['picture://artifact/%ff', null],
  ['picture://model/0198-a', null],
])('%s names the artifact %s', (url, id) => {
  expect(artifactId(url)).toBe(id);
});

test.each([
  ['picture://model/lora%2Fflux%2F%E5%A2%A8?v=2', 'lora/flux/墨'],
  ['picture://model/', null],
  ['picture://artifact/0198-a', null],
])('%s names the model %s', (url, id) => {
  expect(previewModelId(url)).toBe(id);
});
