import { expect, test } from 'vitest';
import { differencesOf, infotextRows } from './infotext-rows.ts';

const text =
  'red hills\nat dusk\nNegative prompt: people\ntext\nSteps: 20, Sampler: DDIM, Seed: 7, Size: 512x512, Model: "Ink, wash"';

test('an infotext is told in rows', () => {
  expect(infotextRows(text)).toEqual({
    prompt: 'red hills\nat dusk',
    negativePrompt: 'people\ntext',
    parameters: [
      ['Steps', '20'],
      ['Sampler', 'DDIM'],
      ['Seed', '7'],
      ['Size', '512x512'],
      ['Model', '"Ink, wash"'],
    ],
  });
});

test.each(['', 'only words', 'words: with, colons: twice'])('%j is all prompt', (plain) => {
  expect(infotextRows(plain)).toEqual({ prompt: plain, negativePrompt: '', parameters: [] });
});

test('two pictures tell what sets them apart', () => {
  const other = text
    .replace('Seed: 7', 'Seed: 9')
    .replace('Steps: 20, ', '')
    .replace('512x512', '512x512, Clip skip: 2');
  expect(differencesOf(text, other)).toEqual([
    { key: 'Steps', values: ['20', ''] },
    { key: 'Seed', values: ['7', '9'] },
    { key: 'Clip skip', values: ['', '2'] },
  ]);
  expect(differencesOf(text, text)).toEqual([]);
});
