import { mkdtempSync } from 'node:fs';
import { lstat, mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { onlyLinks } from '../fixtures/disk-library.ts';
import { TestWorld, treeOf } from '../fixtures/test-world.ts';
import { identityOf, linkStateOf, type MadeLink } from '../links/entry-identity.ts';
import { LinkThread } from './link-thread.ts';
import type { LinkWish } from './messages.ts';

const use = { entryPath: join(import.meta.dirname, 'entry.ts'), fromCount: 1 };
const path = mkdtempSync(join(tmpdir(), 'vitrine-links-'));
afterAll(() => rm(path, { recursive: true, force: true }));
const at = (name: string) => join(path, name);

test('each link is made or not, and why; what is there stays', async () => {
  await writeFile(at('file'), 'weights');
  await mkdir(at('folder'));
  await symlink(at('file'), at('link'));
  await writeFile(at('taken'), 'theirs');
  await using thread = new LinkThread(use);
  const wish = (kind: LinkWish['kind'], source: string, target: string) => ({
    kind,
    source: at(source),
    target: at(target),
  });
  const outcomes = await thread.make([
    wish('symlink', 'file', 'a'),
    wish('symlink', 'folder', 'b'),
    wish('hardlink', 'file', 'c'),
    wish('symlink', 'file', 'taken'),
    wish('symlink', 'file', 'link'),
    wish('symlink', 'nowhere', 'd'),
    wish('symlink', 'link', 'e'),
    wish('hardlink', 'folder', 'f'),
    wish('symlink', 'file', 'none/g'),
  ]);
  const failed = (reason: string) => ({ is: 'failed', reason: expect.stringContaining(reason), refusal: null });
  const made = async (name: string) => ({
    is: 'made',
    identity: identityOf(await lstat(at(name), { bigint: true })),
  });
  expect(outcomes).toEqual([
    await made('a'),
    await made('b'),
    await made('c'),
    failed('It stays'),
    failed('It stays'),
    failed("can't be reached (ENOENT)"),
    failed('is a link itself'),
    failed('Only a file'),
    failed('refused to make'),
  ]);
  expect([await readlink(at('a')), await readFile(at('taken'), 'utf8')]).toEqual([at('file'), 'theirs']);
  expect((await lstat(at('c'))).ino).toBe((await lstat(at('file'))).ino);
});

test('groups come back in the order in which they were given; once the thread ended nobody waits for it', async () => {
  const thread = new LinkThread(use);
  const groups = Array.from({ length: 5 }, (_, group) =>
    thread.make([{ kind: 'symlink', source: at('file'), target: at(`g${group}`) }]),
  );
  for (const [group, outcomes] of (await Promise.all(groups)).entries())
    expect(outcomes).toEqual([{ is: 'made', identity: identityOf(await lstat(at(`g${group}`), { bigint: true })) }]);
  const last = thread.make([{ kind: 'symlink', source: at('file'), target: at('last') }]);
  await thread[Symbol.asyncDispose]();
  await Promise.allSettled([last]);
  await expect(thread.make([])).rejects.toThrow('ended');
});

test('a link that we made is seen as it is, as it is without a thread', async () => {
  const linkAt = async (name: string, kind: MadeLink['link'], source: string) => {
    const [outcome] = await thread.make([{ kind, source: at(source), target: at(name) }]);
    if (outcome?.is !== 'made') throw new Error(outcome?.reason);
    return { link: kind, target: at(name), source: at(source), identity: outcome.identity };
  };
  await using thread = new LinkThread(use);
  for (const name of ['one', 'two', 'three']) await writeFile(at(name), name);
  await mkdir(at('lost'));
  const made = {
    whole: await linkAt('s-whole', 'symlink', 'one'),
    dangling: await linkAt('s-dangling', 'symlink', 'two'),
    replaced: await linkAt('s-replaced', 'symlink', 'one'),
    gone: await linkAt('s-gone', 'symlink', 'one'),
    lost: await linkAt('lost/link', 'symlink', 'one'),
    hard: await linkAt('h-whole', 'hardlink', 'one'),
    stale: await linkAt('h-stale', 'hardlink', 'three'),
  };
  for (const name of ['two', 'three', 's-replaced', 's-gone']) await rm(at(name));
  await symlink(at('one'), at('s-replaced'));
  await rm(at('lost'), { recursive: true });
  await writeFile(at('lost'), 'a file now');
  const states = ['whole', 'dangling', 'replaced', 'gone', 'gone', 'whole', 'stale'];
  expect(await thread.look(Object.values(made))).toEqual(states);
  expect(await Promise.all(Object.values(made).map((one) => linkStateOf(one)))).toEqual(states);
});

test('an apply of many links can be stopped on its way; what was made is known, and taken back', async () => {
  await using world = new TestWorld(undefined, 1);
  await Promise.all(Array.from({ length: 400 }, (_, index) => world.model(`m${index}`)));
  const plan = await world.preview();
  world.onEvent = (event) => {
    if (event.kind === 'task_changed' && event.task.state === 'running')
      void world.mappings.tasks.cancel(event.task.task_id);
  };
  expect((await world.ended(await world.mappings.apply(plan.id))).state).toBe('canceled');
  world.onEvent = null;
  const [apply] = await world.mappings.applies();
  expect(apply?.state).toBe('canceled');
  expect(apply?.made).toBeGreaterThan(0);
  expect(apply?.made).toBeLessThan(400);
  const links = Object.values(await treeOf(world.root)).filter((is) => is.startsWith('link'));
  expect(links.length).toBe(apply?.made);
  await world.restart();
  expect((await world.mappings.applies())[0]).toEqual(apply);
  await world.undoAll();
  expect(await treeOf(world.root)).toEqual({});
});

test.each([
  ['symlink', 1, ['broken', 'source_moved']],
  ['symlink', undefined, ['broken', 'source_moved']],
  ['hardlink', 1, ['keep', 'in_place']],
  ['hardlink', undefined, ['keep', 'in_place']],
] as const)(
  'when the models’ files have moved in the library, a %s (a thread looks from %s links on) is seen as %j',
  async (kind, threadFromCount, seen) => {
    await using world = new TestWorld((own) => onlyLinks(own, kind), threadFromCount);
    const stays = await world.model('stays');
    const moves = await world.model('moves');
    await world.apply();
    await world.moveModel(moves.model_id);
    const shown = new Map(
      (await world.preview()).actions.map(({ model_id, action, reason_code }) => [model_id, [action, reason_code]]),
    );
    expect(shown).toEqual(
      new Map([
        [moves.model_id, seen],
        [stays.model_id, ['keep', 'in_place']],
      ]),
    );
  },
);
