import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveFolders } from './folders.ts';
import { openInstance } from './instance.ts';
import { silentLog } from './log.ts';
import { clientOf } from './own-client.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-door-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (more: Partial<Parameters<typeof openInstance>[0]> = {}) =>
  openInstance({
    folders: resolveFolders({ library: join(folder, 'library'), data: join(folder, 'data') }),
    env: { VITRINE_RUNNER: 'fake' },
    starterBundle: null,
    log: silentLog(),
    opensPublicDoor: true,
    ...more,
  });

/** Each on a connection of its own: one that is kept would end with the door that it was to. */
const get = (url: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(url, { headers: { connection: 'close', ...headers } });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('the door is closed until it is opened, answers from then on, and is open at the next start', async () => {
  const port = await freePort();
  {
    await using instance = await open();
    const { call } = clientOf(instance.app);
    expect(await call('server.show', {})).toEqual({
      is_on: false,
      is_fixed: false,
      host: '127.0.0.1',
      port: 7860,
      key: null,
      url: null,
      failure: null,
    });
    const opened = await call('server.set', { is_on: true, port });
    expect(opened).toMatchObject({ is_on: true, url: `http://127.0.0.1:${port}`, failure: null });
    expect((await get(`${opened.url}/healthz`)).status).toBe(200);
    await call('server.set', { key: 'a-key-of-mine' });
    expect((await get(`${opened.url}/api/v1/status`)).status).toBe(401);
    expect(statSync(join(folder, 'data', 'server.json')).mode & 0o077).toBe(0);
  }
  await using again = await open();
  const authorization = 'Bearer a-key-of-mine';
  const answer = await get(`http://127.0.0.1:${port}/api/v1/status`, { authorization });
  expect(answer.status).toBe(200);
  expect(await clientOf(again.app).call('server.set', { is_on: false })).toMatchObject({ is_on: false, url: null });
  await expect(get(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});

test('a port that is taken is said, and the next one is tried', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  await using instance = await open();
  const { call } = clientOf(instance.app);
  expect(await call('server.set', { is_on: true, port })).toMatchObject({
    is_on: true,
    url: null,
    failure: { code: 'port_in_use' },
  });
  const free = await freePort();
  expect(await call('server.set', { port: free })).toMatchObject({ url: `http://127.0.0.1:${free}`, failure: null });
  other.close();
});

test('the network is let in with a key only', async () => {
  await using instance = await open();
  const { call } = clientOf(instance.app);
  await expect(call('server.set', { is_on: true, host: '0.0.0.0' })).rejects.toMatchObject({
    failure: { code: 'invalid_input', details: { field: 'key' } },
  });
  await expect(call('server.set', { key: 'short' })).rejects.toMatchObject({ failure: { code: 'invalid_input' } });
  expect(await call('server.show', {})).toMatchObject({ is_on: false, host: '127.0.0.1', key: null });
});

test.each(['not json', '{"is_on":true,"host":"example.org"}', '[]'])(
  'a file that says %s opens nothing',
  async (text) => {
    {
      await using first = await open();
      await clientOf(first.app).call('server.set', { is_on: false });
    }
    writeFileSync(join(folder, 'data', 'server.json'), text);
    await using instance = await open();
    expect(await clientOf(instance.app).call('server.show', {})).toMatchObject({ is_on: false, url: null });
  },
);

test('an address that was given at the start is shown and stays', async () => {
  await using instance = await open({ opensPublicDoor: false, apiKey: null });
  const { call } = clientOf(instance.app);
  expect(await call('server.show', {})).toMatchObject({ is_on: true, is_fixed: true, key: null, url: instance.url });
  await expect(call('server.set', { is_on: false })).rejects.toMatchObject({ failure: { code: 'conflict' } });
});
