import { expect, test } from 'vitest';
import { readEmphasis } from './read-emphasis.ts';

/** Pieces as `text*weight`, breaks as `|`. */
const shown = (text: string): string[] =>
  readEmphasis(text).map((piece) =>
    piece.kind === 'break' ? '|' : `${piece.text}*${Number(piece.weight.toPrecision(6))}`,
  );

test.each<[string, string[]]>([
  ['a red sun', ['a red sun*1']],
  ['', []],
  ['a (red) sun', ['a *1', 'red*1.1', ' sun*1']],
  ['((red))', ['red*1.21']],
  ['[red]', ['red*0.909091']],
  ['(red:1.3)', ['red*1.3']],
  ['(red: -0.5 )', ['red*-0.5']],
  ['(a (b:2) c)', ['a *1.1', 'b*2.2', ' c*1.1']],
  ['(a [b) c]', ['a *1.1', 'b*1', ' c*0.909091']],
  ['\\(red\\) \\[x\\] \\\\', ['(red) [x] \\*1']],
  ['(a \\(b\\):1.5)', ['a (b)*1.5']],
  ['a) b]', ['a) b]*1']],
  ['(a', ['a*1.1']],
  ['[[a', ['a*0.826446']],
  ['16:9', ['16:9*1']],
  ['a:1.3)', ['a:1.3)*1']],
  ['(a:b)', ['a:b*1.1']],
  ['(a:1.2.3)', ['a:1.2.3*1.1']],
  ['a BREAK b', ['a*1', '|', 'b*1']],
  ['(a BREAK b:2)', ['a*2', '|', 'b*2']],
  ['aBREAK BREAKER', ['aBREAK BREAKER*1']],
  ['BREAK BREAK', ['|', '|']],
])('%j', (text, expected) => {
  expect(shown(text)).toEqual(expected);
});

test.each([
  ['open', '('.repeat(10_000), 0],
  ['closed', ')'.repeat(10_000), 1],
  ['nested', `${'('.repeat(50_000)}x${')'.repeat(50_000)}`, 1],
  ['each around a word', '(a'.repeat(25_000) + ':1)'.repeat(25_000), 1],
  ['side by side', '(a)b'.repeat(25_000), 50_000],
  ['colons', `(${': '.repeat(50_000)}`, 1],
  ['blanks', `(a:${' '.repeat(100_000)}x)`, 1],
  ['breaks', ' BREAK'.repeat(16_000), 16_000],
])('many marks, %s, are read in little time', (_, text, count) => {
  expect(readEmphasis(text)).toHaveLength(count);
});
