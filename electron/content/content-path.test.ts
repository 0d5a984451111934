import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contentOf } from './content-path.ts';

const folder = join('/opt', 'vitrine', 'renderer');
const file = (...parts: readonly string[]) => ({ kind: 'file', path: join(folder, ...parts) });
const picture = (artifactId: string) => ({ kind: 'picture', artifactId });

test.each([
  ['vitrine://app/index.html', file('index.html')],
  ['vitrine://app/', file('index.html')],
  ['vitrine://app/assets/a%20b.js?v=1#x', file('assets', 'a b.js')],
  ['vitrine://app/../../etc/passwd', file('etc', 'passwd')],
  ['vitrine://app/..%2f..%2fetc%2fpasswd', null],
  ['vitrine://app/%2e%2e/%2e%2e/etc/passwd', file('etc', 'passwd')],
  ['vitrine://app/..%5c..%5cwindows', null],
  ['vitrine://app/..%2frenderer-of-another/x', null],
  ['vitrine://app/a%00.html', null],
  ['vitrine://app/%ff', null],
  ['vitrine://elsewhere/index.html', null],
  ['vitrine://app/pictures/0198-a', picture('0198-a')],
  ['vitrine://app/pictures/a%2Fb', picture('a/b')],
  ['vitrine://app/pictures/', null],
  ['vitrine://app/pictures/%ff', null],
  ['vitrine://elsewhere/pictures/0198-a', null],
  ['vitrine://app/previews/lora%2Fflux%2F%E5%A2%A8?v=2', { kind: 'preview', modelId: 'lora/flux/墨' }],
  ['vitrine://app/previews/', null],
  ['vitrine://elsewhere/previews/lora%2Fflux%2Fx', null],
])('%s means %o', (url, content) => {
  expect(contentOf(folder, url)).toEqual(content);
});
