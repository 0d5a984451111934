import { createTranslator } from 'use-intl/core';
import { expect, test } from 'vitest';
import { Failed, type FailureCode, failures } from '../../core/contract/failure.ts';
import { findingSeverity } from '../../core/contract/library/finding.ts';
import { ModelType } from '../../core/contract/library/metadata.ts';
import { de } from './de.ts';
import { en } from './en.ts';

const t = createTranslator({ locale: 'en', messages: en });

test('every finding and every type has its words', () => {
  expect(Object.keys(findingSeverity).filter((code) => !(code in en.finding && code in en.means))).toEqual([]);
  expect(ModelType.options.filter((type) => !(type in en.type && type in en.types))).toEqual([]);
});

test('a failure has the same sentence in the window as at every other door', () => {
  const details = { path: '/models/a', pid: 4711, reason: 'it’s {odd}', field: 'limit', model_id: 'a/b/c' };
  const said = Object.keys(failures).map((code) => {
    const values = Object.fromEntries(
      [...failures[code as FailureCode].sentence.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [
        name,
        String(details[name as keyof typeof details] ?? 'unknown'),
      ]),
    );
    return [t(`failure.${code as FailureCode}`, values), new Failed(code as FailureCode, details).message];
  });
  expect(said.map(([window]) => window)).toEqual(said.map(([, core]) => core));
});

test('every remedy is for a failure that there is', () => {
  expect(Object.keys(en.importRemedy).filter((code) => !(code in failures))).toEqual([]);
  expect(Object.keys(en.remedy).filter((code) => !(code in failures))).toEqual([]);
});

test('sentences count', () => {
  expect(t('add.confirm', { count: 1 })).toBe('Add 1 model');
  expect(t('add.confirm', { count: 37 })).toBe('Add 37 models');
  expect(t('add.summary', { count: 37, parts: 'x' })).toBe('37 models: x.');
  expect(t('status.provider', { provider: 'CPU', threads: 8 })).toBe('CPU, 8 threads');
  expect(t('status.provider', { provider: 'CPU', threads: 0 })).toBe('CPU');
  expect(t('generate.generate', { count: 1 })).toBe('Generate');
  expect(t('generate.generate', { count: 4 })).toBe('Generate 4');
  expect(t('generate.dimensions', { width: 1024, height: 768 })).toBe('1024 × 768');
});

/** Every message by its path, with the names of the values that it asks for; null for one that is no ICU. */
function asked(language: 'en' | 'de'): ReadonlyMap<string, readonly string[] | null> {
  const found = new Map<string, readonly string[] | null>();
  const visit = (messages: object, path: string) => {
    for (const [key, message] of Object.entries(messages)) {
      const here = path === '' ? key : `${path}.${key}`;
      if (typeof message === 'object') visit(message, here);
      else found.set(here, valuesOf(language, here));
    }
  };
  visit(language === 'en' ? en : de, '');
  return found;
}

function valuesOf(language: 'en' | 'de', path: string): readonly string[] | null {
  let isBroken = false;
  let missing: string | undefined;
  const strict = createTranslator({
    locale: language,
    messages: language === 'en' ? en : (de as typeof en),
    onError: (error) => {
      isBroken ||= error.code === 'INVALID_MESSAGE';
      missing = /variable "(\w+)" was not provided/.exec(error.message)?.[1];
    },
  }) as (path: string, values: Record<string, number>) => string;
  const names = new Set<string>();
  // Each number takes other branches of a plural; a value that is asked for and not there is given at the next turn.
  for (const value of [0, 1, 2, 7])
    do {
      if (missing !== undefined) names.add(missing);
      missing = undefined;
      strict(path, Object.fromEntries([...names].map((name) => [name, value])));
    } while (missing !== undefined);
  return isBroken ? null : [...names].sort();
}

test.each(['en', 'de'] as const)('every message is ICU that can be read: %s', (language) => {
  const broken = [...asked(language)].filter(([, values]) => values === null).map(([path]) => path);
  expect(broken).toEqual([]);
});

test('a message asks for the same values in every language', () => {
  expect(Object.fromEntries(asked('de'))).toEqual(Object.fromEntries(asked('en')));
});

test('German is German: what reads the same is a name', () => {
  const same: string[] = [];
  const visit = (english: object, german: object, path: string) => {
    for (const [key, message] of Object.entries(english)) {
      const other = (german as Record<string, unknown>)[key];
      const here = `${path}.${key}`;
      if (typeof message === 'object' && message !== null) visit(message, other as object, here);
      else if (message === other && /[a-z]{3,} [a-z]{3,}/.test(message) && !message.startsWith('Clip skip'))
        same.push(here);
    }
  };
  visit(en, de, '');
  expect(same).toEqual([]);
});
