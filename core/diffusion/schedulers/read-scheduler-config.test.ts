import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSchedulerConfig } from './read-scheduler-config.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scheduler-'));
  path = join(folder, 'scheduler_config.json');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("Python's infinities are what is missing, and words that look like them stay", async () => {
  writeFileSync(path, '{"_class_name": "DPMSolver: -Infinity,", "lambda_min_clipped": -Infinity, "note": "é"}');
  expect(await readSchedulerConfig(path)).toEqual({
    _class_name: 'DPMSolver: -Infinity,',
    lambda_min_clipped: null,
    note: 'é',
  });
});

test.each([
  ['', 'unreadable', 'not JSON'],
  ['[1', 'unreadable', 'not JSON'],
  ['[]', 'unsupported_config', 'the file is []'],
  ['{"beta_schedule": "cubic"}', 'unsupported_config', '"beta_schedule" is "cubic"'],
  ['{"num_train_timesteps": 1e9}', 'unsupported_config', '"num_train_timesteps" is 1000000000'],
  ['{"variance_type": "odd"}', 'unsupported_config', '"variance_type" is "odd"'],
  ['{"interpolation_type": "cubic"}', 'unsupported_config', '"interpolation_type" is "cubic"'],
  ['{"noise_sampler_seed": 7}', 'unsupported_config', '"noise_sampler_seed" is 7'],
  ['{"beta_end": -1}', 'unsupported_config', '"beta_end" is -1'],
  ['{"solver_order": 12}', 'unsupported_config', '"solver_order" is 12'],
  ['{"_class_name": {"__proto__": 1}}', 'unsupported_config', '"_class_name"'],
])('%s is refused', async (text, code, says) => {
  writeFileSync(path, text);
  await expect(readSchedulerConfig(path)).rejects.toMatchObject({
    failure: { code, message: expect.stringContaining(says), details: { path } },
  });
});

test('a file that is not there is refused by its path', async () => {
  await expect(readSchedulerConfig(path)).rejects.toMatchObject({ failure: { code: 'unreadable', details: { path } } });
});
