import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { failureOf } from '../../contract/failure.ts';
import { referencePath } from '../../diffusion/reference/read-tensors.ts';
import { createPromptCounter, type PromptCounter } from './prompt-counter.ts';

const entryPath = fileURLToPath(new URL('entry.ts', import.meta.url));
let counter: PromptCounter;
afterEach(() => counter.close());

const question = {
  entry_path: referencePath('bundles/sd21-tiny'),
  prompt: 'a red (sun:1.2',
  negative_prompt: 'fog AND rain',
  steps: 20,
  prompt_syntax: 'webui',
} as const;

test('prompts are counted in a thread, many at once, again after it rested, and a wrong folder fails alone', async () => {
  counter = createPromptCounter(entryPath, 1);
  const folder = mkdtempSync(join(tmpdir(), 'no-tokenizer-'));
  const [first, second, refused] = await Promise.all([
    counter.count(question),
    counter.count({ ...question, prompt: '. '.repeat(76) }),
    counter.count({ ...question, entry_path: folder }).catch(failureOf),
  ]);
  expect(first.prompt.problems).toMatchObject([{ code: 'not_closed', at: 6, mark: '(' }]);
  expect(first.negative_prompt.tokens).toBeGreaterThan(2);
  expect(second.prompt.chunks).toEqual([75, 1]);
  expect(refused).toMatchObject({ code: 'unreadable', details: { path: join(folder, 'tokenizer', 'vocab.json') } });
  rmSync(folder, { recursive: true });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await counter.count(question)).prompt).toEqual(first.prompt);
});

test('whoever waits when it closes is told', async () => {
  counter = createPromptCounter(entryPath);
  const waiting = counter.count(question).catch(failureOf);
  await counter.close();
  expect(await waiting).toMatchObject({ code: 'runner_unavailable' });
});

test('a program that is not there fails whoever asks', async () => {
  counter = createPromptCounter(`${entryPath}.gone`);
  await expect(counter.count(question)).rejects.toThrow();
});
