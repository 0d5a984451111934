import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commands } from '../contract/command.ts';
import { Failed } from '../contract/failure.ts';
import { createHttpClient } from './client.ts';
import { sunId } from './fixtures/hand-made-core.ts';
import { type OpenDoor, openDoor } from './fixtures/open-door.ts';

let door: OpenDoor;
beforeEach(async () => {
  door = await openDoor();
});
afterEach(() => door[Symbol.asyncDispose]());

const post = (path: string, body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  fetch(door.url + path, { method: 'POST', headers, body });

test('a client over HTTP asks the core what it was asked, and gets its answer', async () => {
  const client = createHttpClient(door.url, null);
  const page = await client.call('models.list', { query: 'a & b', limit: 1 });
  expect(page.models.map(({ model_id }) => model_id)).toEqual([sunId]);
  await client.call('models.show', { model_id: sunId });
  await client.call('models.accept', { model_id: sunId, code: 'volume_offline' });
  const job = await client.call('jobs.generate', { request: { prompt: 'a', seed: 5 }, origin: 'cli' });
  await client.call('jobs.wait', { job_id: job.id, timeout_ms: 5 });
  expect(door.core.asked).toMatchObject([
    { name: 'models.list', input: { query: 'a & b', limit: 1 } },
    { name: 'models.show', input: { model_id: sunId } },
    { name: 'models.accept', input: { model_id: sunId, code: 'volume_offline' } },
    { name: 'jobs.generate', input: { origin: 'cli', request: { prompt: 'a', seed: 5, count: 1 } } },
    { name: 'jobs.wait', input: { job_id: job.id, timeout_ms: 5 } },
  ]);
});

test('a failure of the core is the same failure at the other end', async () => {
  const call = createHttpClient(door.url, null).call('models.show', { model_id: 'a/b/c' as typeof sunId });
  await expect(call).rejects.toMatchObject({
    failure: { code: 'not_found', details: { what: 'model', id: 'a/b/c' }, message: 'There is no model "a/b/c".' },
  });
});

test('a server that is gone, or is another program, is a failure of the client', async () => {
  await door.server.close();
  const gone = createHttpClient(door.url, null).call('app.status', {});
  await expect(gone).rejects.toMatchObject({ failure: { code: 'not_answering' } });
});

test('a model id may stand in the address with its slashes plain', async () => {
  const response = await fetch(`${door.url}/api/v1/models/${sunId}?x=1`);
  expect(await response.json()).toMatchObject({ model_id: sunId });
  expect((await fetch(`${door.url}/api/v1/models/${sunId}/descriptor`)).status).toBe(404);
  expect(door.core.asked.map(({ name }) => name)).toEqual(['models.show', 'models.describe']);
});

test.each([
  ['/api/v1/jobs', '{', 400, 'invalid_input'],
  ['/api/v1/jobs', '[]', 422, 'invalid_input'],
  ['/api/v1/jobs', '"x"', 422, 'invalid_input'],
  ['/api/v1/jobs', '', 422, 'invalid_input'],
  ['/api/v1/jobs', '{"request":{"width":7}}', 422, 'invalid_input'],
  ['/api/v1/jobs', '{"request":{"bundle":"relative"}}', 422, 'invalid_input'],
  ['/api/v1/models', '{"path":"relative/folder"}', 422, 'invalid_input'],
  ['/api/v1/models', '{"path":"//host/share"}', 422, 'invalid_input'],
  ['/api/v1/classify', '{"path":["/a"]}', 422, 'invalid_input'],
  ['/api/v1/nonesuch', '{}', 404, 'not_found'],
  ['/api/v1/jobs/not-a-uuid/cancel', '{}', 422, 'invalid_input'],
])('POST %s with %s is refused with %i %s', async (path, body, status, code) => {
  const response = await post(path, body);
  expect({ status: response.status, body: await response.json() }).toMatchObject({
    status,
    body: { code, message: expect.any(String), correlation_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
  });
  expect(door.core.asked).toEqual([]);
});

test('a body that is not JSON by its media type is refused', async () => {
  expect((await post('/api/v1/models', '{"path":"/a"}', { 'content-type': 'text/plain' })).status).toBe(415);
});

test('a body past the limit is refused', async () => {
  const response = await post('/api/v1/models', `{"path":"${'x'.repeat(65 * 1024 * 1024)}"}`).catch(() => null);
  // The server may close the connection before all of it is sent.
  expect(response?.status ?? 413).toBe(413);
  expect(door.core.asked).toEqual([]);
});

test('a bug shows nothing of itself at the door', async () => {
  const response = await fetch(`${door.url}/api/v1/models/${encodeURIComponent(sunId)}`, { method: 'DELETE' });
  const body = await response.text();
  expect(response.status).toBe(500);
  expect(body).toContain('"code":"internal"');
  expect(body).not.toContain('secret');
});

test('a full queue is answered with when to try again', async () => {
  door.core.startedWith = new Failed('queue_full', { limit: 3 });
  const response = await post('/api/v1/jobs', '{"request":{}}');
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '5']);
});

test('a request under the name of another site is turned away', async () => {
  const status = await new Promise((resolve, reject) => {
    const { port } = new URL(door.url);
    request({ host: '127.0.0.1', port, path: '/healthz', headers: { host: 'evil.example' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
  const foreign = await fetch(`${door.url}/api/v1/models`, { headers: { origin: 'https://evil.example' } });
  expect([foreign.status, await foreign.json()]).toMatchObject([403, { code: 'forbidden' }]);
  expect(door.core.asked).toEqual([]);
});

test('/healthz says what runs, and is open without a key', async () => {
  await using guarded = await openDoor({ apiKey: 's3cret' });
  const health = await (await fetch(`${guarded.url}/healthz`)).json();
  expect(health).toMatchObject({ status: 'ok', version: '9.9.9', runner_kind: 'fake', runner: { kind: 'fake' } });
  expect((await fetch(`${guarded.url}/api/v1/models`)).status).toBe(401);
  expect((await fetch(`${guarded.url}/`)).headers.get('www-authenticate')).toMatch(/^Basic/);
  const sdapi = await fetch(`${guarded.url}/sdapi/v1/samplers`);
  expect([sdapi.status, await sdapi.json()]).toEqual([
    401,
    { error: 'HTTPException', detail: 'Not authenticated', body: '', errors: '' },
  ]);
  expect((await createHttpClient(guarded.url, 's3cret').call('models.list', {})).total).toBe(2);
});

test('an address that others reach needs a key', async () => {
  await expect(openDoor({ host: '0.0.0.0' })).rejects.toMatchObject({ failure: { code: 'unsafe_address' } });
  await using open = await openDoor({ host: '0.0.0.0', apiKey: 's3cret' });
  expect(open.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test('a port that is taken is an expected failure', async () => {
  const port = Number(new URL(door.url).port);
  await expect(openDoor({ port })).rejects.toMatchObject({ failure: { code: 'port_in_use', details: { port } } });
});

test('a picture is served once and for all, and an unknown one is not there', async () => {
  const path = join(door.folder, 'a.png');
  writeFileSync(path, 'png');
  door.core.paths.set('known', path);
  door.core.paths.set('gone', join(door.folder, 'gone.png'));
  const response = await fetch(`${door.url}/api/v1/pictures/known`);
  expect([response.headers.get('content-type'), response.headers.get('cache-control'), await response.text()]).toEqual([
    'image/png',
    'private, max-age=31536000, immutable',
    'png',
  ]);
  for (const id of ['gone', 'unknown', '..%2F..%2Fetc%2Fpasswd']) {
    expect((await fetch(`${door.url}/api/v1/pictures/${id}`)).status, id).toBe(404);
  }
});

test('without a built window the address says so in a sentence', async () => {
  expect(await (await fetch(door.url)).text()).toMatch(/^Vitrine runs here, but its window is not built/);
});

test('the built window is served under a policy without inline script', async () => {
  const rendererPath = join(door.folder, 'renderer');
  mkdirSync(join(rendererPath, 'assets'), { recursive: true });
  writeFileSync(join(rendererPath, 'index.html'), '<!doctype html><title>Vitrine</title>');
  writeFileSync(join(rendererPath, 'assets', 'main-1a2b.js'), 'export {};');
  writeFileSync(join(door.folder, 'secret'), 'secret');
  await using windowed = await openDoor({ rendererPath });
  const page = await fetch(windowed.url);
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'self'; .*frame-ancestors 'none'/);
  expect(page.headers.get('content-security-policy')).not.toContain("script-src 'unsafe-inline'");
  expect(await page.text()).toContain('<title>Vitrine');
  const script = await fetch(`${windowed.url}/assets/main-1a2b.js`);
  expect(script.headers.get('cache-control')).toContain('immutable');
  expect((await fetch(`${windowed.url}/..%2Fsecret`)).status).not.toBe(200);
});

test('the OpenAPI document has every command at its place', async () => {
  const document = (await (await fetch(`${door.url}/openapi.json`)).json()) as {
    openapi: string;
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  expect(document.openapi).toBe('3.1.0');
  for (const [name, { http }] of Object.entries(commands)) {
    expect(document.paths[`/api/v1${http.path}`]?.[http.method.toLowerCase()]?.operationId).toBe(name);
  }
  expect(document.paths['/sdapi/v1/txt2img']).toBeDefined();
});

test('closing ends the requests that wait, and the streams', async () => {
  door.core.outcome = 'never';
  const stream = await fetch(`${door.url}/api/v1/events`);
  const waiting = fetch(`${door.url}/sdapi/v1/txt2img`, { method: 'POST', body: '{}' });
  await expect.poll(() => door.core.jobs.size).toBe(1);
  await door.server.close();
  expect(await stream.text()).toBe(': connected\n\n');
  const response = await waiting;
  expect([response.status, await response.json()]).toMatchObject([503, { error: 'HTTPException' }]);
});
