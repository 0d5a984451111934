import { expect, test } from 'vitest';
import { Failed } from '../../core/contract/failure.ts';
import { Unreachable } from './client.ts';
import { createHttpClient } from './http-client.ts';

function clientAnswering(status: number, body: string, seen: Request[] = []) {
  return createHttpClient({
    fetch: async (input, init) => {
      seen.push(new Request(new URL(String(input), 'http://127.0.0.1'), init));
      return new Response(body, { status });
    },
    openEvents: () => {
      throw new Error('not asked for here');
    },
    platform: 'linux',
  });
}

test('a command goes where the table says and its answer is checked', async () => {
  const seen: Request[] = [];
  const client = clientAnswering(200, '{"models":[],"total":0,"next_cursor":null}', seen);
  await expect(client.call('models.list', { query: 'sun & moon', limit: 1 })).resolves.toEqual({
    models: [],
    total: 0,
    next_cursor: null,
  });
  expect(seen[0]?.url).toBe('http://127.0.0.1/api/v1/models?query=sun%20%26%20moon&limit=1');
  await client.call('models.register', { path: '/models/a' }).catch(() => undefined);
  expect(seen[1]?.method).toBe('POST');
  expect(await seen[1]?.json()).toEqual({ path: '/models/a' });
});

test('a failure of the core comes back as itself', async () => {
  const client = clientAnswering(
    404,
    '{"code":"not_found","message":"There is no model \\"x\\".","correlation_id":"1"}',
  );
  const error = await client.call('models.list', {}).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Failed);
  expect(error).toMatchObject({ failure: { code: 'not_found', message: 'There is no model "x".' } });
});

test.each([
  [200, '{"models":[]}'],
  [200, 'null'],
  [200, '<!doctype html>'],
])('an answer that is not what the table promises is refused: %i %s', async (status, body) => {
  await expect(clientAnswering(status, body).call('models.list', {})).rejects.toThrow();
});

test.each([
  [502, 'Bad gateway'],
  [500, '{"error":"Internal Server Error"}'],
  [404, ''],
])('an error that the core did not write is no failure of the core: %i %s', async (status, body) => {
  await expect(clientAnswering(status, body).call('app.status', {})).rejects.toBeInstanceOf(Unreachable);
});
