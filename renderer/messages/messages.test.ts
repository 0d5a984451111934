import { createTranslator } from 'use-intl/core';
import { expect, test } from 'vitest';
import { failures } from '../../core/contract/failure.ts';
import { findingSeverity } from '../../core/contract/finding.ts';
import { ModelType } from '../../core/contract/metadata.ts';
import { en } from './en.ts';

const t = createTranslator({ locale: 'en', messages: en });

test('every finding and every type has its words', () => {
  expect(Object.keys(findingSeverity).filter((code) => !(code in en.finding && code in en.means))).toEqual([]);
  expect(ModelType.options.filter((type) => !(type in en.type && type in en.types))).toEqual([]);
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

test('every message is ICU that can be read', () => {
  const broken: string[] = [];
  const everything = new Proxy({}, { get: () => 2, has: () => true, ownKeys: () => [] });
  const visit = (messages: object, path: string) => {
    for (const [key, message] of Object.entries(messages)) {
      const here = path === '' ? key : `${path}.${key}`;
      if (typeof message === 'object') visit(message, here);
      else {
        const strict = createTranslator({
          locale: 'en',
          messages: en,
          onError: (error) => {
            if (error.code === 'INVALID_MESSAGE') broken.push(here);
          },
        }) as (path: string, values: object) => string;
        strict(here, everything);
      }
    }
  };
  visit(en, '');
  expect(broken).toEqual([]);
});
