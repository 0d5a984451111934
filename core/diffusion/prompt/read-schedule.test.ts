import { expect, test } from 'vitest';
import { readSchedule } from './read-schedule.ts';

const written = (text: string, steps: number): string[] => {
  const schedule = readSchedule(text, steps);
  return Array.from({ length: steps }, (_, step) => schedule.at(step));
};

test.each<[string, string[]]>([
  ['[a:b:2]', ['a', 'a', 'b', 'b']],
  ['[a:b:0.5]', ['a', 'a', 'b', 'b']],
  ['[a:b:.25]', ['a', 'b', 'b', 'b']],
  ['[a:b: 1 ]', ['a', 'b', 'b', 'b']],
  ['[a:b:0]', ['b', 'b', 'b', 'b']],
  ['[a:b:9]', ['a', 'a', 'a', 'a']],
  ['[b:1]', ['', 'b', 'b', 'b']],
  ['[a::3]', ['a', 'a', 'a', '']],
  ['[a|b]', ['a', 'b', 'a', 'b']],
  ['[a|b|]', ['a', 'b', '', 'a']],
  ['x [[a|b]:c:2] y', ['x a y', 'x b y', 'x c y', 'x c y']],
  ['[(a:1.2):(b:1.3):2]', ['(a:1.2)', '(a:1.2)', '(b:1.3)', '(b:1.3)']],
  ['([a|b]:1.5)', ['(a:1.5)', '(b:1.5)', '(a:1.5)', '(b:1.5)']],
  ['[a\\:b:c:2]', ['a\\:b', 'a\\:b', 'c', 'c']],
  ['[x [a:b:2]', ['[x a', '[x a', '[x b', '[x b']],
])('%s', (text, expected) => {
  expect(written(text, 4)).toEqual(expected);
});

test.each([
  'a red sun',
  '[less]',
  '[a:b]',
  '[a:b:c]',
  '[a:b:c:2]',
  '[a|b:2]',
  '[a:b:1e]',
  '(a:1.3)',
  'at 12:30 | or so',
  '[a:b:2',
  'a:b:2]',
  '\\[a:b:2\\]',
  '[(a:b:2]',
  '((a]',
  '',
])('%j stays as it is written', (text) => {
  const schedule = readSchedule(text, 4);
  expect([schedule.isConstant, schedule.at(0), schedule.at(3)]).toEqual([true, text, text]);
});

test.each([
  ['open', '['.repeat(10_000)],
  ['closed', ']'.repeat(10_000)],
  ['nested', `${'['.repeat(50_000)}x${']'.repeat(50_000)}`],
  ['mixed', '[(:|'.repeat(25_000)],
  ['nested edits', `${'[a:'.repeat(20_000)}x${':1]'.repeat(20_000)}`],
  ['open before an edit', `${'([:'.repeat(30_000)}[a:b:1]`],
])('many brackets, %s, are read in little time and without end of the stack', (_, text) => {
  const schedule = readSchedule(text, 3);
  expect(schedule.at(2)).toHaveLength(schedule.at(2).length);
});
