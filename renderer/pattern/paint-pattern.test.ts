import { expect, test } from 'vitest';
import { type Brush, paintPattern } from './paint-pattern.ts';

/** Writes down what it is told to paint, with the state that it is painted in. */
function recordingBrush() {
  const painted: string[] = [];
  let moves: readonly string[] = [];
  const kept: { readonly moves: readonly string[]; readonly alpha: number }[] = [];
  const brush: Brush<string> = {
    fillStyle: '',
    strokeStyle: '',
    lineWidth: 1,
    lineJoin: 'miter',
    globalAlpha: 1,
    save: () => kept.push({ moves, alpha: brush.globalAlpha }),
    restore: () => {
      const before = kept.pop();
      moves = before?.moves ?? ['restored more than was saved'];
      brush.globalAlpha = before?.alpha ?? Number.NaN;
    },
    transform: (...matrix) => {
      moves = [...moves, `by ${matrix.join(' ')}`];
    },
    fill: (path) => painted.push([...moves, `${brush.fillStyle} ${brush.globalAlpha} ${path}`].join(', ')),
    stroke: (path) =>
      painted.push([...moves, `line ${brush.strokeStyle} ${brush.lineWidth} ${brush.lineJoin} ${path}`].join(', ')),
  };
  return { brush, painted, depth: () => kept.length };
}

test('shapes are painted one over the other, each where it is placed, in its colour', () => {
  const { brush, painted, depth } = recordingBrush();
  paintPattern(
    [
      { path: 'M0 0h9z', colour: '#111' },
      { path: 'M1 1z', colour: '#222', place: [0, 40, -40, 0, 80, 120] },
      { path: 'M2 2z', colour: '#333', opacity: 0.55 },
      { path: 'M3 3L4 4', colour: '#444', lineWidth: 3 },
      { path: 'M5 5z', colour: '#555' },
    ],
    brush,
    ({ path }) => path,
  );
  expect(painted).toEqual([
    '#111 1 M0 0h9z',
    'by 0 40 -40 0 80 120, #222 1 M1 1z',
    '#333 0.55 M2 2z',
    'line #444 3 round M3 3L4 4',
    '#555 1 M5 5z',
  ]);
  expect(depth()).toBe(0);
});
