import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { UpdateStatus, Updates } from '../../core/contract/shell/updates.ts';
import { UpdateDesk, type UpdateDeskPorts } from './update-desk.ts';
import type { FoundUpdate, UpdateSource } from './update-source.ts';

let folder = '';
let desk: UpdateDesk;
const told: UpdateStatus[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-updates-'));
  told.length = 0;
});
afterEach(() => {
  desk.close();
  rmSync(folder, { recursive: true });
});

const found: FoundUpdate = {
  version: '9.9.9',
  async download(onFraction) {
    onFraction(0.5);
  },
};

function open(source: Partial<UpdateSource> = {}, change: Partial<UpdateDeskPorts> = {}) {
  const look = vi.fn(source.look ?? (async () => null));
  const installs: boolean[] = [];
  const openSource = vi.fn(async () => ({ look, setInstallsAtQuit: (on: boolean) => void installs.push(on) }));
  desk = new UpdateDesk({
    hasAddress: true,
    preferenceFile: join(folder, 'updates.json'),
    openSource,
    tell: ({ status }: Updates) => void told.push(status),
    log: () => {},
    now: () => new Date('2026-01-02T03:04:05Z'),
    timing: { firstLookMs: 5, everyMs: 60_000 },
    ...change,
  });
  return { look, openSource, installs };
}
const settled = (kind: UpdateStatus['kind']) =>
  vi.waitFor(() => expect(desk.show().status.kind).toBe(kind), { timeout: 10_000 });
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 60));

test.each([undefined, '{', '{"is_on": "yes"}', '{"is_on": false}'])(
  'with the preference %j nothing is loaded and nothing goes out',
  async (preference) => {
    if (preference !== undefined) writeFileSync(join(folder, 'updates.json'), preference);
    const { openSource } = open();
    desk.act('look');
    desk.beforeQuit(false);
    await aWhile();
    expect(openSource).not.toHaveBeenCalled();
    expect(desk.show()).toEqual({ has_address: true, is_on: false, status: { kind: 'idle', looked_at: null } });
  },
);

test('a build without an address has none, whatever is asked', async () => {
  const { openSource } = open({}, { hasAddress: false });
  expect(desk.act('on')).toMatchObject({ has_address: false, is_on: false });
  await aWhile();
  expect(openSource).not.toHaveBeenCalled();
});

test('turned on it looks at once, and again after the next start', async () => {
  open();
  expect(desk.act('on')).toMatchObject({ is_on: true, status: { kind: 'looking' } });
  await settled('idle');
  expect(desk.show().status).toEqual({ kind: 'idle', looked_at: '2026-01-02T03:04:05.000Z' });
  desk.close();
  const { look } = open();
  expect(desk.show().is_on).toBe(true);
  await vi.waitFor(() => expect(look).toHaveBeenCalledOnce(), { timeout: 10_000 });
});

test('what is newer is downloaded, told of, and installed at the quit, but not one in the middle of a job', async () => {
  const { look, installs } = open({ look: async () => found });
  desk.act('on');
  await settled('ready');
  expect(told).toEqual([
    { kind: 'looking' },
    { kind: 'downloading', version: '9.9.9', fraction: 0 },
    { kind: 'downloading', version: '9.9.9', fraction: 0.5 },
    { kind: 'ready', version: '9.9.9' },
  ]);
  desk.act('look');
  await aWhile();
  expect(look).toHaveBeenCalledOnce();
  desk.beforeQuit(true);
  desk.beforeQuit(false);
  expect(installs).toEqual([false, true]);
});

test('turned off in the middle of a download it stops that, and installs nothing', async () => {
  const { installs } = open({
    look: async () => ({
      version: '9.9.9',
      download: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('cancelled')));
        }),
    }),
  });
  desk.act('on');
  await settled('downloading');
  desk.act('off');
  await aWhile();
  expect(desk.show()).toMatchObject({ is_on: false, status: { kind: 'idle', looked_at: null } });
  desk.beforeQuit(false);
  expect(installs).toEqual([false]);
});

test('what went wrong is told in one line, and it can be tried again', async () => {
  let isDown = true;
  open({
    look: async () => {
      if (isDown) throw Object.assign(new Error('connect ECONNREFUSED\n    at a'), { code: 'ECONNREFUSED' });
      return null;
    },
  });
  desk.act('on');
  await settled('failed');
  expect(desk.show().status).toEqual({ kind: 'failed', problem: 'unreachable', detail: 'connect ECONNREFUSED' });
  isDown = false;
  desk.act('look');
  await settled('idle');
});
