import { expect, test } from 'vitest';
import type { RunnerReply } from '../contract/generate/runner.ts';
import { createPatience } from './patience.ts';

const progress = (stage: 'load' | 'text' | 'denoise'): RunnerReply => ({
  kind: 'event',
  id: 1,
  event: { kind: 'progress', stage, item_index: 0, step: 1, step_count: 9 },
});

test('a run may be silent for long until its first step, then as long as its own steps make it', () => {
  const patience = createPatience(900_000, 300_000);
  expect(patience.currentMs).toBe(900_000);
  expect(patience.after(progress('text'), 0)).toBe(900_000);
  expect(patience.after(progress('denoise'), 100_000)).toBe(300_000);
  expect(patience.after(progress('denoise'), 101_000)).toBe(300_000);
  expect(patience.after(progress('denoise'), 116_000)).toBe(450_000);
  expect(patience.after(progress('denoise'), 117_000)).toBe(450_000);
  expect(patience.after(progress('denoise'), 999_000)).toBe(900_000);
});
