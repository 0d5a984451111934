import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect } from './connect.ts';
import { ListQuery } from './contract/library/model.ts';
import { resolveFolders } from './folders.ts';
import { type InstanceOptions, openInstance } from './instance.ts';
import { InstanceRecord, readInstanceRecord, takeLock, writeInstanceRecord } from './instance-lock.ts';
import { mayMount, mountSmallDrive } from './library/fixtures/small-drive.ts';
import { silentLog } from './log.ts';

const bundle = fileURLToPath(new URL('diffusion/reference/bundles/sd15-tiny', import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-instance-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const optionsFor = (library: string, data = 'data'): InstanceOptions => ({
  folders: resolveFolders({ library: join(folder, library), data: join(folder, data) }),
  env: { VITRINE_RUNNER: 'fake' },
  starterBundle: null,
  log: silentLog(),
  lockWaitMs: 300,
});
const recordPath = () => join(folder, 'library', '.vitrine', 'instance.json');

test('a folder has one lock at a time', () => {
  const first = takeLock(folder);
  expect(first).not.toBeNull();
  expect(takeLock(folder)).toBeNull();
  first?.release();
  const second = takeLock(folder);
  expect(second).not.toBeNull();
  second?.release();
});

test('the lock of a process that was killed is free', async () => {
  const program = `import { takeLock } from ${JSON.stringify(join(import.meta.dirname, 'instance-lock.ts'))};
    takeLock(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  expect(takeLock(folder)).toBeNull();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = takeLock(folder);
  expect(lock).not.toBeNull();
  lock?.release();
});

test('a lock file that was written over is made anew', () => {
  writeFileSync(
    join(folder, 'instance.db'),
    'something else entirely, and long enough to be looked at as a header'.repeat(20),
  );
  const lock = takeLock(folder);
  expect(lock).not.toBeNull();
  lock?.release();
});

test('a library that cannot be written is said in a sentence', async () => {
  writeFileSync(join(folder, 'file'), '');
  await expect(connect(optionsFor(join('file', 'library')))).rejects.toMatchObject({
    failure: { code: 'write_failed' },
  });
});

test('an instance says where it answers, to its user alone, and takes that back at its end', async () => {
  const instance = await openInstance(optionsFor('library'));
  const record = InstanceRecord.parse(JSON.parse(readFileSync(recordPath(), 'utf8')));
  expect(record).toMatchObject({ pid: process.pid, url: instance.url, key: instance.key });
  expect(record.key).toMatch(/^[\w-]{32}$/);
  if (process.platform !== 'win32') expect(statSync(recordPath()).mode & 0o777).toBe(0o600);
  await instance.close();
  expect(existsSync(recordPath())).toBe(false);
});

test('a command line reaches a running instance over its door, and has a core of its own without one', async () => {
  await using instance = await openInstance(optionsFor('library'));
  const handed = await connect(optionsFor('library'));
  expect(handed.isOwn).toBe(false);
  expect(await handed.call('app.status', {})).toMatchObject({ library_path: join(folder, 'library') });
  await handed.close();
  await instance.close();
  await using own = await connect(optionsFor('library'));
  expect(own.isOwn).toBe(true);
  await expect(own.call('models.show', { model_id: 'x' as never })).rejects.toMatchObject({
    failure: { code: 'invalid_input' },
  });
});

test('an own core with a door takes the commands of other command lines', async () => {
  await using holder = await connect({ ...optionsFor('library'), withDoor: true });
  expect(holder.isOwn).toBe(true);
  await using handed = await connect({ ...optionsFor('library'), lockWaitMs: 10_000 });
  expect(handed.isOwn).toBe(false);
});

test('a second instance of a library is refused, and told where the first one is', async () => {
  await using first = await openInstance(optionsFor('library'));
  await expect(openInstance(optionsFor('library'))).rejects.toMatchObject({
    failure: { code: 'conflict', details: { url: first.url, pid: process.pid } },
  });
});

test('a second library with the data folder of the first is refused', async () => {
  await using _first = await openInstance(optionsFor('library'));
  await expect(connect(optionsFor('other'))).rejects.toMatchObject({ failure: { code: 'conflict' } });
  // The other library is not left locked by that.
  const lock = takeLock(join(folder, 'other', '.vitrine'));
  expect(lock).not.toBeNull();
  lock?.release();
});

test('a library whose holder does not answer is read, and no more; it is said who holds it', async () => {
  await using writer = await connect(optionsFor('library'));
  const { model_id } = await writer.call('models.register', { path: bundle });
  await writer.close();
  const instancePath = join(folder, 'library', '.vitrine');
  const [lock, dataLock] = [takeLock(instancePath), takeLock(join(folder, 'data'))];
  const other = createServer((_request, response) => response.end('{"status":"ok"}')).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  await writeInstanceRecord(instancePath, { pid: 4711, url, key: null, started_at: new Date().toISOString() });
  const before = readdirSync(join(folder, 'library'), { recursive: true }).sort();

  await using reader = await connect({ ...optionsFor('library'), watches: false });
  const locked = { code: 'library_locked', details: { pid: 4711 } };
  expect(reader).toMatchObject({ isOwn: true, refusal: locked });
  expect(await reader.call('app.status', {})).toMatchObject({ library_refusal: locked, model_count: 1 });
  expect(await reader.call('models.list', {})).toMatchObject({ total: 1, models: [{ model_id }] });
  expect(await reader.call('models.describe', { model_id })).toMatchObject({ validation_state: 'valid' });
  for (const change of [
    () => reader.call('models.register', { path: bundle }),
    () => reader.call('models.edit', { model_id, notes: 'x' }),
    () => reader.call('models.unregister', { model_id }),
  ])
    await expect(change()).rejects.toMatchObject({ failure: locked });
  await reader.close();
  expect(readdirSync(join(folder, 'library'), { recursive: true }).sort()).toEqual(before);

  // A window or a server keeps a queue: the data folder of the one that hangs is none for it.
  await expect(openInstance(optionsFor('library'))).rejects.toMatchObject({ failure: locked });
  await using second = await openInstance(optionsFor('library', 'other-data'));
  expect(await second.app.commands['app.status']({})).toMatchObject({ library_refusal: locked });
  await second.close();
  other.close();
  lock?.release();
  dataLock?.release();
});

test.skipIf(process.platform === 'win32')(
  'a library folder that may not be written is read, and a change says why not',
  async () => {
    await using writer = await connect(optionsFor('library'));
    const { model_id } = await writer.call('models.register', { path: bundle });
    await writer.close();
    rmSync(join(folder, 'data'), { recursive: true });
    chmodSync(folder, 0o777);
    const library = join(folder, 'library');
    const paths = [library, ...readdirSync(library, { recursive: true }).map((name) => join(library, String(name)))];
    for (const path of paths) chmodSync(path, statSync(path).isDirectory() ? 0o555 : 0o444);
    // Root may write everywhere: it becomes nobody, when a first library had it read the whole program.
    const program = `import { connect } from ${JSON.stringify(join(import.meta.dirname, 'connect.ts'))};
      import { resolveFolders } from ${JSON.stringify(join(import.meta.dirname, 'folders.ts'))};
      const other = resolveFolders(${JSON.stringify({ library: join(folder, 'other'), data: join(folder, 'other-data') })});
      await (await connect({ folders: other, env: {}, watches: false })).close();
      if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
      const folders = resolveFolders(${JSON.stringify({ library, data: join(folder, 'data') })});
      const core = await connect({ folders, env: {}, watches: false });
      const { total } = await core.call('models.list', {});
      const edit = await core.call('models.edit', { model_id: ${JSON.stringify(model_id)}, notes: 'x' }).catch((error) => error.failure);
      await core.close();
      console.log(JSON.stringify({ refusal: core.refusal.code, total, edit }));`;
    try {
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
        env: { ...process.env, TMPDIR: folder },
      });
      expect(JSON.parse(stdout)).toMatchObject({
        refusal: 'write_failed',
        total: 1,
        edit: { code: 'write_failed', details: { path: library } },
      });
      expect(readdirSync(folder).sort()).toEqual(['data', 'library', 'other', 'other-data']);
    } finally {
      for (const path of paths) chmodSync(path, 0o755);
    }
  },
);

test.runIf(mayMount)('a library on a full drive is read, and what would change it is refused by its path', async () => {
  await using drive = await mountSmallDrive(join(folder, 'library'), 'size=20m');
  expect(drive).toBeDefined();
  const options = optionsFor('library');
  {
    await using whole = await openInstance(options);
    await whole.app.commands['models.register']({ path: bundle });
  }
  const fill = openSync(join(folder, 'library', 'fill'), 'w');
  expect(() => {
    for (;;) writeSync(fill, Buffer.alloc(4096));
  }).toThrow('ENOSPC');
  closeSync(fill);

  await using reading = await openInstance(options);
  const { commands } = reading.app;
  const first = async () => (await commands['models.list'](ListQuery.parse({}))).models[0];
  // Its index is made anew, elsewhere: an open waits for that only so long.
  await expect.poll(async () => (await first())?.name, { timeout: 20_000 }).toBe('sd15-tiny');
  const model = await first();
  expect((await commands['app.status']({})).library_refusal?.code).toBe('disk_full');
  if (model === undefined) expect.unreachable('it was listed');
  await expect(commands['models.unregister']({ model_id: model.model_id })).rejects.toMatchObject({
    failure: { code: 'disk_full', details: { path: expect.stringContaining(join(folder, 'library')) } },
  });
});

test('the address that a killed instance left behind is passed over', async () => {
  const instancePath = join(folder, 'library', '.vitrine');
  mkdirSync(instancePath, { recursive: true });
  writeFileSync(join(instancePath, 'instance.json'), '{"pid": 1, "url": "file:///etc/passwd"}');
  expect(readInstanceRecord(instancePath)).toBeNull();
  await using own = await connect(optionsFor('library'));
  expect(own.isOwn).toBe(true);
});

test('an instance whose port is taken lets go of its library', async () => {
  await using first = await openInstance(optionsFor('library'));
  const port = Number(new URL(first.url).port);
  await expect(openInstance({ ...optionsFor('other', 'other-data'), port })).rejects.toMatchObject({
    failure: { code: 'port_in_use' },
  });
  await using second = await openInstance(optionsFor('other', 'other-data'));
  expect(second.url).not.toBe(first.url);
});

test('a runner of no known name is refused, and the library let go', async () => {
  const wrong = connect({ ...optionsFor('library'), env: { VITRINE_RUNNER: 'cloud' } });
  await expect(wrong).rejects.toMatchObject({
    failure: { code: 'invalid_input', details: { field: 'VITRINE_RUNNER' } },
  });
  const ci = await connect({ ...optionsFor('library'), env: { CI: 'true' } });
  expect((await ci.call('app.status', {})).runner.kind).toBe('onnx');
  await ci.close();
});
