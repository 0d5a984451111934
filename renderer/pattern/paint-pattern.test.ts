import { expect, test } from 'vitest';
import { ModelType } from '../../core/contract/library/metadata.ts';
import { type Brush, paintPattern } from './paint-pattern.ts';
import { pattern } from './pattern.ts';

/** Writes down what it is told to paint, with the state that it is painted in. */
function recordingBrush() {
  const painted: string[] = [];
  let moves: readonly string[] = [];
  const kept: (readonly string[])[] = [];
  const brush: Brush<string> = {
    fillStyle: '',
    strokeStyle: '',
    lineWidth: 1,
    lineJoin: 'miter',
    globalAlpha: 1,
    save: () => kept.push(moves),
    restore: () => {
      moves = kept.pop() ?? ['restored more than was saved'];
    },
    translate: (x, y) => {
      moves = [...moves, `move ${x} ${y}`];
    },
    rotate: (radians) => {
      moves = [...moves, `turn ${radians.toFixed(4)}`];
    },
    scale: (x, y) => {
      moves = [...moves, `scale ${x} ${y}`];
    },
    fill: (path) => painted.push([...moves, `${brush.fillStyle} ${brush.globalAlpha} ${path}`].join(', ')),
    stroke: (path) => painted.push([...moves, `line ${brush.strokeStyle} ${brush.lineWidth} ${path}`].join(', ')),
  };
  return { brush, painted, depth: () => kept.length };
}

test('shapes are painted where their group and they themselves are moved to, in their colour', () => {
  const { brush, painted, depth } = recordingBrush();
  const svg =
    '<svg viewBox="0 0 120 120" aria-hidden="true"><path fill="#111" d="M0 0h9z"/>' +
    '<g transform="translate(40 80) scale(40)"><path fill="#222" transform="rotate(90 .5 .5) translate(-.006 -.006) scale(1.012)" d="M1 1z"/></g>' +
    '<path fill="#333" opacity=".55" d="M2 2z"/><circle cx="16" cy="38" r="2.5" fill="#444"/>' +
    '<path fill="none" stroke="#555" stroke-width="3" stroke-linejoin="round" d="M3 3L4 4"/></svg>';
  paintPattern(svg, brush, (data) => data);
  expect(painted).toEqual([
    '#111 1 M0 0h9z',
    'move 40 80, scale 40 40, move 0.5 0.5, turn 1.5708, move -0.5 -0.5, move -0.006 -0.006, scale 1.012 1.012, #222 1 M1 1z',
    '#333 0.55 M2 2z',
    '#444 1 M13.5 38a2.5 2.5 0 1 1 5 0a2.5 2.5 0 1 1 -5 0z',
    'line #555 3 M3 3L4 4',
  ]);
  expect(depth()).toBe(0);
});

test.each(ModelType.options)('the face of a model of type %s is painted whole', (type) => {
  const svg = pattern('5e2b', type, 'stable-diffusion-1');
  const { brush, painted, depth } = recordingBrush();
  paintPattern(svg, brush, (data) => data);
  expect(painted.length).toBe(svg.match(/<(path|circle)/g)?.length);
  expect([depth(), painted.filter((line) => /NaN|undefined/.test(line))]).toEqual([0, []]);
  const known =
    /^(svg|path|circle|g|viewBox|aria-hidden|fill|d|transform|opacity|stroke|stroke-width|stroke-linejoin|cx|cy|r)$/;
  const used = [...svg.matchAll(/<(\w+)|([\w-]+)=/g)].map(([, element, attribute]) => element ?? attribute ?? '');
  expect(used.filter((name) => !known.test(name))).toEqual([]);
});
