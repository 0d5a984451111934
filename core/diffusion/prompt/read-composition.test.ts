import { expect, test } from 'vitest';
import { readComposition } from './read-composition.ts';

test.each<[string, [string, number][]]>([
  ['a sun', [['a sun', 1]]],
  ['at 12:30', [['at 12:30', 1]]],
  [
    'a AND b',
    [
      ['a', 1],
      ['b', 1],
    ],
  ],
  [
    'a :1.2 AND b:-.5 AND c:x',
    [
      ['a', 1.2],
      ['b', -0.5],
      ['c:x', 1],
    ],
  ],
  [
    '(a:1.3) AND b',
    [
      ['(a:1.3)', 1],
      ['b', 1],
    ],
  ],
  [
    'SAND AND\nANDY',
    [
      ['SAND', 1],
      ['ANDY', 1],
    ],
  ],
  [
    'AND',
    [
      ['', 1],
      ['', 1],
    ],
  ],
])('%j', (text, expected) => {
  expect(readComposition(text).map((part) => [part.text, part.weight])).toEqual(expected);
});
