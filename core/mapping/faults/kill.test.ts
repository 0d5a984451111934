import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { lstat, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LinksAllowed, mappingsOf, writeDiskLibrary } from '../fixtures/disk-library.ts';
import { shippedRules, treeOf } from '../fixtures/test-world.ts';
import type { Mappings } from '../mappings.ts';

const kills = Number(process.env.VITRINE_TEST_KILLS ?? 200);
const lanes: readonly Lane[] = [
  { allowed: 'symlink', hasThread: false },
  { allowed: 'symlink', hasThread: true },
  { allowed: 'hardlink', hasThread: false },
  { allowed: 'none', hasThread: false },
];
const modelCount = 40;

interface Lane {
  readonly allowed: LinksAllowed;
  /** Whether a thread makes the links, as for many it does. */
  readonly hasThread: boolean;
}

const longestMs = 20;

/** The child as one file: it starts in a third of the time. */
const bundlePath = mkdtempSync(join(tmpdir(), 'vitrine-map-child-'));
beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: bundlePath,
      rolldownOptions: {
        input: {
          child: join(import.meta.dirname, 'killed-child.ts'),
          thread: join(import.meta.dirname, '..', 'thread', 'entry.ts'),
        },
        output: { entryFileNames: '[name].mjs' },
      },
    },
  });
}, 60_000);
afterAll(() => rm(bundlePath, { recursive: true, force: true }));

test(`killed at ${kills} random moments of applies and undos, the ledger tells the truth, and finishing or undoing works`, async () => {
  const seed = Number(process.env.VITRINE_TEST_SEED ?? 20_260_102);
  const each = Math.ceil(kills / lanes.length);
  const hits = await Promise.all(lanes.map((lane, index) => killAgainAndAgain(lane, seed + index, each)));
  // The kills have to meet applies in their middle, or nothing was shown.
  expect(hits.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(kills / 20);
}, 600_000);

/** Gives how many kills met an apply in its middle. */
async function killAgainAndAgain(lane: Lane, seed: number, count: number): Promise<number> {
  const { allowed, hasThread } = lane;
  let hits = 0;
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'vitrine-map-kill-')));
  try {
    const root = join(path, 'app');
    await writeDiskLibrary(join(path, 'library'), modelCount);
    mkdirSync(join(root, 'models', 'checkpoints'), { recursive: true });
    await writeFile(join(root, 'extra_model_paths.yaml'), '# mine\na:\n  loras: /x');
    await symlink('/nowhere', join(root, 'models', 'link'));
    const before = await treeOf(root);
    const contents = contentsOf(await treeOf(join(path, 'library')));
    let random = seed;
    let child = start(path, lane, random);
    for (let round = 0; round < count; round += 1) {
      const when = `${allowed}${hasThread ? ' in a thread' : ''}, seed ${seed}, round ${round}`;
      random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
      await killAfter(child, 1 + (random % 3), (random / 2 ** 32) * longestMs);
      const mappings = mappingsOf(path, shippedRules, allowed);
      try {
        await checkTruth(mappings, root, before, when);
        if ((await mappings.applies())[0]?.state === 'interrupted') hits += 1;
        if (random % 2 === 0) await finish(mappings, root, when);
        else {
          await mappings.tasks.wait((await mappings.undo({ app: 'comfyui', root })).task_id, 10_000);
          expect(await treeOf(root), when).toEqual(before);
        }
        expect(contentsOf(await treeOf(join(path, 'library'))), when).toEqual(contents);
      } finally {
        await mappings.close();
      }
      child = start(path, lane, random);
    }
    child.kill('SIGKILL');
    return hits;
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

function start(path: string, { allowed, hasThread }: Lane, seed: number): ChildProcess {
  const thread = hasThread ? [join(bundlePath, 'thread.mjs')] : [];
  return spawn(
    process.execPath,
    [join(bundlePath, 'child.mjs'), path, shippedRules, allowed, String(seed), ...thread],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_COMPILE_CACHE: join(bundlePath, 'compiled') },
    },
  );
}

/** Kills a child a while after one of its first tasks began. */
async function killAfter(child: ChildProcess, tasks: number, afterMs: number): Promise<void> {
  const ended = once(child, 'exit');
  let begun = 0;
  const isTime = new Promise<void>((resolve) => {
    child.stdout?.on('data', (dots: Buffer) => {
      begun += dots.length;
      if (begun >= tasks) resolve();
    });
  });
  await Promise.race([isTime, ended]);
  expect(child.exitCode).toBeNull();
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await ended;
}

/** What the ledger says to stand is there, and what is there stands in the ledger or was there before. */
async function checkTruth(
  mappings: Mappings,
  root: string,
  before: Readonly<Record<string, string>>,
  when: string,
): Promise<void> {
  const applies = await mappings.applies();
  expect(
    applies.filter(({ state }) => state === 'running'),
    when,
  ).toEqual([]);
  const standing = new Set<string>();
  for (const { apply_id } of applies)
    for (const entry of await mappings.entries(apply_id)) {
      expect(['standing', 'undone', 'skipped', 'failed'], `${when}: ${entry.target}`).toContain(entry.state);
      if (entry.state !== 'standing' || entry.link === 'config') continue;
      expect(await isThere(entry.target), `${when}: ${entry.target} stands`).toBe(true);
      standing.add(entry.target.slice(root.length + 1));
    }
  for (const [at, is] of Object.entries(await treeOf(root)))
    if (is !== 'folder' && !standing.has(at) && at !== 'extra_model_paths.yaml')
      expect([at, is], when).toEqual([at, before[at]]);
}

/** Applies once more: then nothing is left to do, and every model stands. */
async function finish(mappings: Mappings, root: string, when: string): Promise<void> {
  const { id } = await mappings.preview('comfyui', root);
  const task = await mappings.tasks.wait((await mappings.apply(id)).task_id, 10_000);
  expect([task.state, task.mapping?.failed, task.failure], when).toEqual(['done', 0, undefined]);
  const { actions } = await mappings.preview('comfyui', root);
  const kept = actions.filter(({ action }) => action === 'keep').length;
  expect([kept, actions.length], when).toEqual([modelCount, modelCount]);
}

function contentsOf(tree: Readonly<Record<string, string>>): string[] {
  return Object.values(tree).sort();
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
