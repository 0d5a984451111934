import { expect, test } from 'vitest';
import { type LanguageChoice, localeOf } from './locale.ts';

test.each<[LanguageChoice, readonly string[], string, string]>([
  ['system', ['de-AT', 'en'], 'de', 'de-AT'],
  ['system', ['fr', 'de', 'en'], 'de', 'de'],
  ['system', ['EN-gb'], 'en', 'EN-gb'],
  ['system', ['ja'], 'en', 'en'],
  ['system', [], 'en', 'en'],
  ['de', ['en-US'], 'de', 'de'],
  ['de', ['en-US', 'de-CH'], 'de', 'de-CH'],
  ['en', ['de-DE'], 'en', 'en'],
])('chosen %s on a system that prefers %j: the words are %s, the numbers %s', (choice, preferred, language, locale) => {
  expect(localeOf(choice, preferred)).toEqual({ language, locale });
});
