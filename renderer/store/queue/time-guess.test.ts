import { expect, test } from 'vitest';
import { sampleJob } from '../../dev/sample-records.ts';
import { lineGuessMs, timeGuessMs } from './time-guess.ts';

const timings = { load_ms: 1000, text_ms: 0, denoise_ms: 4000, decode_ms: 0, total_ms: 5000 };
const { request } = sampleJob({});
const done = sampleJob({ status: 'succeeded', timings, request: { ...request, count: 2 } });

test('a job takes as long as its like did for each picture, without loading', () => {
  expect(timeGuessMs([done], sampleJob({ request: { ...request, count: 3 } }))).toBe(6000);
});

test.each([
  ['another size', sampleJob({ request: { ...request, width: 1024 } })],
  ['other steps', sampleJob({ request: { ...request, steps: 4 } })],
  ['a second step', sampleJob({ chain: { upscale: { scale: 2 } } })],
])('nothing is guessed from a job with %s', (_, job) => {
  expect(timeGuessMs([done], job)).toBe(null);
});

test('the last one of its like counts, a failed one never', () => {
  const later = { ...done, updated_at: '2026-04-01T00:00:00.000Z', timings: { ...timings, total_ms: 3000 } };
  const failed = { ...later, status: 'failed' as const, updated_at: '2026-05-01T00:00:00.000Z' };
  expect(timeGuessMs([later, done, failed], sampleJob({}))).toBe(1000);
});

test('the whole line is guessed only where every part of it is', () => {
  const [waits, strange] = [sampleJob({}), sampleJob({ request: { ...request, steps: 3 } })];
  const jobs = Object.fromEntries([done, waits, strange].map((job) => [job.id, job]));
  expect(lineGuessMs(jobs, [waits.id, waits.id])).toBe(4000);
  expect(lineGuessMs(jobs, [waits.id, strange.id])).toBe(null);
  expect(lineGuessMs(jobs, [])).toBe(null);
});
