import { expect, test, vi } from 'vitest';
import type { Commands } from '../core/contract/command.ts';
import { Failed } from '../core/contract/failure.ts';
import { answer } from './answer.ts';

const anyone = (): void => {};
/** Only the rows that a test asks for are there. */
const rows = (some: Partial<Commands>): Commands => some as Commands;

test('a command gets checked input, and its value is the reply', async () => {
  const list = vi.fn(async () => ({ jobs: [], total: 0, next_cursor: null }));
  expect(await answer(rows({ 'jobs.list': list }), 'jobs.list', { limit: '7' }, anyone)).toEqual({
    ok: true,
    value: { jobs: [], total: 0, next_cursor: null },
  });
  expect(list).toHaveBeenCalledExactlyOnceWith({ limit: 7 });
});

test.each(['nonesuch', 'constructor', '__proto__', 'toString', '', 7, null, { name: 'jobs.list' }])(
  '%j is no command',
  async (name) => {
    const reply = await answer(
      rows({ 'jobs.list': async () => ({ jobs: [], total: 0, next_cursor: null }) }),
      name,
      {},
      anyone,
    );
    expect(reply).toMatchObject({ ok: false, failure: { code: 'not_found', details: { what: 'command' } } });
  },
);

test.each([undefined, null, 'x', [], { limit: 0 }, { limit: 'all' }])(
  'the input %j never reaches the command',
  async (input) => {
    const list = vi.fn(async () => ({ jobs: [], total: 0, next_cursor: null }));
    const reply = await answer(rows({ 'jobs.list': list }), 'jobs.list', input, anyone);
    expect(reply).toMatchObject({ ok: false, failure: { code: 'invalid_input' } });
    expect(list).not.toHaveBeenCalled();
  },
);

test('an expected failure crosses as data, an unexpected one without its internals', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const commands = rows({
    'jobs.list': async () => Promise.reject(new Failed('path_not_found', { path: '/a' })),
    'app.status': async () => Promise.reject(new TypeError('secret')),
  });
  expect(await answer(commands, 'jobs.list', {}, anyone)).toMatchObject({
    ok: false,
    failure: { code: 'path_not_found', details: { path: '/a' } },
  });
  const reply = await answer(commands, 'app.status', {}, anyone);
  expect(reply).toMatchObject({ ok: false, failure: { code: 'internal' } });
  expect(JSON.stringify(reply)).not.toContain('secret');
});

test('a sender that may not ask gets the refusal, and the command is not run', async () => {
  const list = vi.fn(async () => ({ jobs: [], total: 0, next_cursor: null }));
  const refuse = (): never => {
    throw new Failed('forbidden', { reason: 'no' });
  };
  expect(await answer(rows({ 'jobs.list': list }), 'jobs.list', {}, refuse)).toMatchObject({
    failure: { code: 'forbidden' },
  });
  expect(list).not.toHaveBeenCalled();
});
