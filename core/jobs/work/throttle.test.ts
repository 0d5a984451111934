import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { throttle } from './throttle.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('tells the first at once, then the newest, each a gap after the one before', () => {
  const told: [number, number][] = [];
  const startMs = Date.now();
  const { offer } = throttle<number>(30, (value) => told.push([value, Date.now() - startMs]));
  for (let value = 0; value < 10; value++) {
    offer(value);
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(1_000);
  offer(10);
  expect(told).toEqual([
    [0, 0],
    [2, 30],
    [5, 60],
    [8, 90],
    [9, 120],
    [10, 1_100],
  ]);
});

it('tells nothing more once stopped', () => {
  const told: number[] = [];
  const { offer, stop } = throttle<number>(30, (value) => told.push(value));
  offer(1);
  offer(2);
  stop();
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual([1]);
});
