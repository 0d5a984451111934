import { expect, test } from 'vitest';
import { Failed, Failure, failureOf, failures } from './failure.ts';

test('every failure code has an HTTP status of an error and a sentence that ends', () => {
  for (const [code, { status, sentence }] of Object.entries(failures)) {
    expect(status, code).toBeGreaterThanOrEqual(400);
    expect(status, code).toBeLessThan(600);
    expect(sentence, code).toMatch(/(\.|\{reason\})$/);
  }
});

test('a failure names its facts in the sentence and keeps them as details', () => {
  const failed = new Failed('path_not_found', { path: '/models/a' });
  expect(failed.failure).toEqual({
    code: 'path_not_found',
    message: 'There is nothing at "/models/a". Check the path, or whether its drive is connected.',
    details: { path: '/models/a' },
  });
  expect(Failure.parse(JSON.parse(JSON.stringify(failed.failure)))).toEqual(failed.failure);
});

test('a fact that holds a placeholder of its own is not expanded again', () => {
  expect(new Failed('unreadable', { path: '{reason}', reason: 'no' }).message).toBe('"{reason}" could not be read: no');
});

test('a failure that crossed a wire is the same failure again', () => {
  const failure = { code: 'conflict', message: 'as the other side said it', details: { reason: 'x' } } as const;
  expect(Failed.from(failure).failure).toEqual(failure);
  expect(Failed.from(failure).message).toBe('as the other side said it');
});

test('an unexpected error shows no internals at a door', () => {
  expect(failureOf(new TypeError('secret path /home/mira'))).toEqual({
    code: 'internal',
    message: failures.internal.sentence,
  });
});
