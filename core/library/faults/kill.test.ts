import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { ListQuery } from '../../contract/library/model.ts';
import { copyTinyBundle, temporaryFolder } from '../../formats/fixtures/tiny-bundle.ts';
import { writeLora } from '../fixtures/test-library.ts';
import { openLibrary } from '../open-library.ts';

const kills = Number(process.env.VITRINE_TEST_KILLS ?? 200);
const lanes = 4;
const longestMs = 90;

test(`killed at ${kills} random moments of imports, moves, removals and reconciles, the library is whole and no file is lost`, async () => {
  const seed = Number(process.env.VITRINE_TEST_SEED ?? 20_260_101);
  await Promise.all(
    Array.from({ length: lanes }, (_, lane) => killAgainAndAgain(seed + lane, Math.ceil(kills / lanes))),
  );
}, 300_000);

async function killAgainAndAgain(seed: number, count: number): Promise<void> {
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'library');
  const sources = join(folder.path, 'sources');
  await mkdir(sources);
  await copyTinyBundle(join(sources, 'bundle'));
  for (const name of ['ink', 'ash', 'oak']) await writeLora(join(sources, `${name}.safetensors`), name, 2 ** 18);
  const names = (await readdir(sources)).sort();
  const wanted = new Map<string, string>();
  for (const name of names) wanted.set(name, await digestOf(join(sources, name)));

  let random = seed;
  for (let round = 0; round < count; round += 1) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    await runAndKill([root, sources, String(random), names.join(',')], (random / 2 ** 32) * longestMs);
    await checkWhole(root, sources, wanted, `seed ${seed}, round ${round}`);
  }
}

/** Starts the child and kills it after a while that begins when its library is open. */
async function runAndKill(args: readonly string[], afterMs: number): Promise<void> {
  const program = join(import.meta.dirname, 'killed-child.ts');
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Half of a start is compiling.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'vitrine-test-compile-cache') },
  });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  expect(child.exitCode, errors).toBeNull();
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await ended;
}

async function checkWhole(
  root: string,
  sources: string,
  wanted: ReadonlyMap<string, string>,
  when: string,
): Promise<void> {
  const logs: object[] = [];
  const library = await openLibrary({
    rootPath: root,
    platform: 'linux-x64',
    runtimeVersion: '1.30.0',
    executionProviders: () => ['cpu'],
    emit: () => {},
    now: () => new Date(),
    log: (message, facts) => logs.push({ message, ...facts }),
    drawPreview: async (bytes) => bytes,
    watches: false,
    timing: { settleMs: -1000 },
  });
  try {
    await library.settled();
    const { models } = library.list(ListQuery.parse({ limit: 500 }));
    // No half model: every record's files are whole, nothing is without a record, nothing is left on its way.
    expect(
      models.filter(({ validation_state }) => validation_state !== 'valid'),
      when,
    ).toEqual([]);
    expect(await library.lastReconcile(), when).toMatchObject({ partial: 0, findings: [] });
    expect(await namesIn(join(root, '.incoming')), `${when} ${JSON.stringify(logs)}`).toEqual([]);
    const again = await library.reconcile();
    expect([again.unchanged, again.adopted], when).toEqual([models.length, 0]);
    // No lost file: each source is whole at its old place, in the library, or in its trash.
    const found = new Set<string>();
    for (const name of await namesIn(sources))
      if (!name.startsWith('.')) found.add(await digestOf(join(sources, name)));
    for (const { entry_path } of models) found.add(await digestOf(entry_path));
    for (const { trash_id } of await library.listTrash()) {
      const folder = join(root, '.trash', trash_id, 'model');
      const file = (await readdir(folder)).find((name) => name.endsWith('.safetensors'));
      const digest = await digestOf(file === undefined ? folder : join(folder, file));
      // Somebody empties it of what there is elsewhere, or each round would have more to read than the one before.
      if (found.has(digest)) await rm(join(root, '.trash', trash_id), { recursive: true });
      found.add(digest);
    }
    for (const [name, digest] of wanted) expect(found.has(digest), `${when}: ${name} is lost`).toBe(true);
    for (const digest of found) expect([...wanted.values()], `${when}: a source is half`).toContain(digest);
  } finally {
    await library.close();
  }
}

/** Of names and bytes of a file, or of all in a folder that isn't ours. */
async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  const add = async (at: string, name: string) => hash.update(`${name}\n`).update(await readFile(at));
  const names = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => null);
  if (names === null) await add(path, basename(path));
  const files = (names ?? []).filter((child) => child.isFile() && child.name !== 'metadata.json');
  for (const file of files.map(({ parentPath, name }) => join(parentPath, name)).sort())
    await add(file, file.slice(path.length));
  return hash.digest('hex');
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
