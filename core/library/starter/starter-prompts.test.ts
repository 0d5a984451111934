import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { StarterPrompts } from '../../contract/library/starter.ts';
import { starterPrompts } from './starter-prompts.ts';

const vocabularyFile = new URL('../../../resources/starter-model/bundle/tokenizer/vocab.json', import.meta.url);
const vocabulary = z.record(z.string(), z.int()).parse(JSON.parse(readFileSync(vocabularyFile, 'utf8')));

test('every word that is suggested is one token of the starter model: a word of its captions', () => {
  const { examples, suggestions } = StarterPrompts.parse(starterPrompts);
  const words = [...examples, ...suggestions.flatMap((group) => group.words)].join(' ').match(/[a-z]+/g) ?? [];
  expect(words.filter((word) => vocabulary[`${word}</w>`] === undefined)).toEqual([]);
});

test('six examples, no two alike', () => {
  expect(new Set(starterPrompts.examples).size).toBe(6);
});
