import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../contract/generate/runner.ts';
import { advance, beginProgress } from './progress.ts';

type Step = readonly [stage: 'load' | 'text' | 'denoise' | 'decode', item: number, step: number, count: number];

function progressAfter(events: readonly (Step | number)[], itemCount: number, stepCount: number) {
  let nowMs = 0;
  let state = beginProgress(itemCount, stepCount, nowMs);
  for (const event of events) {
    if (typeof event === 'number') {
      nowMs += event;
      continue;
    }
    const [stage, item_index, step, step_count] = event;
    state = advance(state, { kind: 'progress', stage, item_index, step, step_count }, nowMs);
  }
  return state.progress;
}

const begun: (Step | number)[] = [
  ['load', 0, 0, 1],
  5_000,
  ['load', 0, 1, 1],
  ['text', 0, 0, 1],
  100,
  ['text', 0, 1, 1],
];

describe('progress', () => {
  it.each([
    ['nothing while loading', [['load', 0, 0, 1]], { stage: 'load', fraction: 0, eta_ms: null, step: 0 }],
    ['nothing before the first step', begun, { stage: 'text', fraction: 0, eta_ms: null }],
    [
      'steps at their real pace: loading is no step',
      [...begun, ['denoise', 0, 0, 4], 200, ['denoise', 0, 1, 4]],
      { stage: 'denoise', item_index: 0, step: 1, step_count: 4, fraction: 1 / 10, eta_ms: 7 * 200 + 2 * 200 },
    ],
    [
      'steps without the first, which loads the network',
      [...begun, 9_000, ['denoise', 0, 1, 4], 200, ['denoise', 0, 2, 4]],
      { step: 2, eta_ms: 6 * 200 + 2 * 200 },
    ],
    [
      'a decoding as a step until one was seen',
      [...begun, ['denoise', 0, 0, 4], 800, ['denoise', 0, 4, 4], ['decode', 0, 0, 1]],
      { stage: 'decode', step: 4, fraction: 4 / 10, eta_ms: 4 * 800 + 2 * 800 },
    ],
    [
      'the second picture',
      [
        ...begun,
        ['denoise', 0, 0, 4],
        10,
        ['denoise', 0, 4, 4],
        ['decode', 0, 0, 1],
        70,
        ['decode', 0, 1, 1],
        ['denoise', 1, 0, 4],
      ],
      { stage: 'denoise', item_index: 1, step: 0, fraction: 5 / 10 },
    ],
  ] as [string, (Step | number)[], object][])('counts %s', (_, events, progress) => {
    expect(progressAfter(events, 2, 4)).toMatchObject({ item_count: 2, ...progress });
  });

  it('is whole, with no time left, after the last image', () => {
    let state = beginProgress(1, 2, 0);
    const pixels = { width: 8, height: 8, rgb: new Uint8Array(192) };
    const events: RunEvent[] = [
      { kind: 'progress', stage: 'denoise', item_index: 0, step: 1, step_count: 2 },
      { kind: 'preview', item_index: 0, pixels },
      { kind: 'progress', stage: 'denoise', item_index: 0, step: 2, step_count: 2 },
      { kind: 'progress', stage: 'decode', item_index: 0, step: 0, step_count: 1 },
      { kind: 'image', item_index: 0, seed: 1, pixels },
    ];
    const fractions = events.map((event, at) => {
      state = advance(state, event, at * 100);
      return state.progress.fraction;
    });
    expect(fractions).toEqual([1 / 3, 1 / 3, 2 / 3, 2 / 3, 1]);
    expect(state.progress.eta_ms).toBe(0);
  });

  it('never falls, whatever comes', () => {
    const state = progressAfter(
      [
        ['denoise', 1, 3, 4],
        ['denoise', 0, 1, 4],
        ['load', 0, 0, 1],
      ],
      2,
      4,
    );
    expect(state.fraction).toBe(8 / 10);
    expect(progressAfter([['denoise', 9, 99, 4]], 2, 4).fraction).toBe(1);
  });
});
