import { expect, it } from 'vitest';
import { newJobId } from './job-id.ts';

it('a job id is a version 7 UUID of its moment', () => {
  const id = newJobId(0x0190_8f5a_1b2c);
  expect(id).toMatch(/^01908f5a-1b2c-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(newJobId(0x0190_8f5a_1b2c)).not.toBe(id);
});

it('job ids of later moments sort later', () => {
  const ids = [0, 1, 255, 256, Date.now(), 2 ** 48 - 1].map(newJobId);
  expect([...ids].sort()).toEqual(ids);
});
