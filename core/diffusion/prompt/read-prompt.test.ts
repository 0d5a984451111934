import { expect, test } from 'vitest';
import { referencePath } from '../reference/read-tensors.ts';
import { openTokenizer } from '../tokenizer/clip-tokenizer.ts';
import { readPlainPrompt } from './read-prompt.ts';

test('plainly read, a prompt is one chunk whose marks mean themselves', async () => {
  const tokenizer = await openTokenizer(referencePath('bundles/sd15-tiny/tokenizer'));
  const [chunk, ...more] = readPlainPrompt('(red:1.3) [a|b] horse '.repeat(30), tokenizer);
  expect(more).toEqual([]);
  expect(chunk?.ids).toHaveLength(77);
  expect(chunk?.ids).toEqual(tokenizer.encodePadded('(red:1.3) [a|b] horse '.repeat(30)));
});
