import { expect, test } from 'vitest';
import { ScreenChord } from './screen-chord.ts';

test('g and a letter lead to a screen, g twice to Generate', () => {
  const chord = new ScreenChord();
  expect([chord.press('g', 0), chord.press('q', 100)]).toEqual([null, 'queue']);
  expect([chord.press('g', 200), chord.press('g', 300), chord.press('q', 400)]).toEqual([null, 'generate', null]);
});

test('a letter alone, another key between, and a letter too late lead nowhere', () => {
  const chord = new ScreenChord();
  expect(chord.press('q', 0)).toBe(null);
  expect([chord.press('g', 100), chord.press('x', 150), chord.press('q', 200)]).toEqual([null, null, null]);
  expect([chord.press('g', 1000), chord.press('q', 2300)]).toEqual([null, null]);
});
