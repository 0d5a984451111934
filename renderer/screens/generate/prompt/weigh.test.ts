import { expect, test } from 'vitest';
import { type Selected, surround, weigh } from './weigh.ts';

/** `[` and `]` stand for the selection, `|` for the caret. */
function read(marked: string): Selected {
  if (marked.includes('|')) {
    const at = marked.indexOf('|');
    return { text: marked.replace('|', ''), from: at, until: at };
  }
  const from = marked.indexOf('[');
  const until = marked.indexOf(']') - 1;
  return { text: marked.replace('[', '').replace(']', ''), from, until };
}

const shown = ({ text, from, until }: Selected) =>
  from === until
    ? `${text.slice(0, from)}|${text.slice(from)}`
    : `${text.slice(0, from)}[${text.slice(from, until)}]${text.slice(until)}`;

test.each([
  ['a [red sun], hills', 1, 'a ([red sun]:1.1), hills'],
  ['a [red sun], hills', -1, 'a ([red sun]:0.9), hills'],
  ['a ([red sun]:1.1), hills', 1, 'a ([red sun]:1.2), hills'],
  ['a ([red sun]:1.1), hills', -1, 'a [red sun], hills'],
  ['a [(red sun:1.2)] x', 1, 'a ([red sun]:1.3) x'],
  ['a re|d sun', 1, 'a ([red]:1.1) sun'],
  ['雪の|山', 1, '([雪の山]:1.1)'],
  ['a [ red ] sun', 1, 'a  ([red]:1.1)  sun'],
  ['a , | b', 1, 'a , | b'],
  ['([red]:0.1)', -1, '([red]:0.1)'],
  ['([red]:0.95)', 1, '([red]:1.05)'],
] as const)('%s by %i is %s', (before, direction, after) => {
  expect(shown(weigh(read(before), direction))).toBe(after === before && before.includes('|') ? before : after);
});

test('marks go around what is selected, or wait at the caret', () => {
  expect(shown(surround(read('a [red] sun'), '[', ']'))).toBe('a [[red]] sun');
  expect(shown(surround(read('a |sun'), '(', ':1.2)'))).toBe('a (|:1.2)sun');
});
