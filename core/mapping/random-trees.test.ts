import { existsSync } from 'node:fs';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ModelId } from '../contract/ids.ts';
import type { OtherNamesWanted } from '../contract/mapping/mapping.ts';
import { onlyLinks } from './fixtures/disk-library.ts';
import { TestWorld, treeOf } from './fixtures/test-world.ts';
import { foldedName } from './plan/snapshot.ts';

const runs = Number(process.env.VITRINE_TEST_RUNS ?? 25);

const folders = ['models/checkpoints', 'models/loras', 'models/vae', 'models/diffusers', 'models'] as const;
// The same name in two cases, in two forms of Unicode, and one that a place already has.
const names = [
  'a.safetensors',
  'A.safetensors',
  'caf\u00e9.safetensors',
  'cafe\u0301.safetensors',
  'model.safetensors',
  'b',
] as const;
const place = fc
  .tuple(fc.constantFrom(...folders), fc.constantFrom(...names))
  .map(([folder, name]) => `${folder}/${name}`);

const modelArb = fc.record({
  type: fc.constantFrom('checkpoint' as const, 'lora' as const, 'vae' as const, 'llm' as const, 'diffusion' as const),
  file: fc.constantFrom(...names.slice(0, 5), '.hidden.safetensors', 'c.gguf'),
  external: fc.boolean(),
  state: fc.constantFrom('valid' as const, 'valid' as const, 'valid' as const, 'degraded' as const, 'invalid' as const),
  isFolder: fc.boolean(),
});

type Model = typeof modelArb extends fc.Arbitrary<infer Value> ? Value : never;

/** What somebody else does to the app's folder. */
const outsideArb = fc.oneof(
  fc.record({ kind: fc.constant('file' as const), at: place, content: fc.constantFrom('x', 'model 0', 'model 1') }),
  fc.record({ kind: fc.constant('folder' as const), at: place }),
  fc.record({ kind: fc.constant('link' as const), at: place, to: fc.constantFrom('nowhere', 'file', 'model') }),
  fc.record({ kind: fc.constant('delete' as const), at: fc.oneof(place, fc.constantFrom(...folders)) }),
);
type Outside = typeof outsideArb extends fc.Arbitrary<infer Value> ? Value : never;

/** Which models get another name, by their place in the list, where something has theirs. */
const otherNamesArb = fc.oneof(fc.constant('all' as const), fc.array(fc.nat(9), { maxLength: 3 }));

const ownArb = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('apply' as const), otherNames: otherNamesArb }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('undo last' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('undo first' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('undo all' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('add' as const), model: modelArb }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), index: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('move' as const), index: fc.nat(9) }) },
);
type Own = typeof ownArb extends fc.Arbitrary<infer Value> ? Value : never;

/** Conflicts that another name ends. */
const named: ReadonlySet<string> = new Set(['other_content', 'folder_there', 'foreign_link', 'case_clash']);

const linksArb = fc.constantFrom('symlink' as const, 'hardlink' as const, 'none' as const);

/** From how many links on a thread makes them: most have too few for the usual count. */
const threadArb = fc.oneof({ weight: 3, arbitrary: fc.constant(300) }, { weight: 1, arbitrary: fc.constant(1) });

/** Does to a folder what somebody else does; what is not possible there is not done. */
async function doOutside(root: string, world: TestWorld, change: Outside): Promise<void> {
  const path = join(root, change.at);
  try {
    if (change.kind !== 'delete') await mkdir(dirname(path), { recursive: true });
    await rm(path, { recursive: true, force: true });
    if (change.kind === 'file') await writeFile(path, change.content);
    else if (change.kind === 'folder') await mkdir(path);
    else if (change.kind === 'link') {
      const [model] = world.models.values();
      const to = { nowhere: '/nowhere/at/all', file: join(world.path, 'file'), model: model?.path ?? '/none' }[
        change.to
      ];
      await symlink(to, path);
    }
  } catch (error) {
    // A file is where a folder would have to be, or the folder is read-only.
    expect(error).toMatchObject({ code: expect.stringMatching(/^(EEXIST|ENOTDIR|EACCES)$/) });
  }
}

async function doOwn(world: TestWorld, step: Own, nextName: () => string): Promise<void> {
  const ids = [...world.models.keys()];
  const applies = (await world.mappings.applies()).map(({ apply_id }) => apply_id);
  const which = step.kind === 'undo last' ? applies[0] : step.kind === 'undo first' ? applies.at(-1) : undefined;
  if (step.kind === 'apply') await applyAndCheck(world, otherNamesOf(step.otherNames, ids));
  else if (step.kind === 'undo all') await world.undoAll();
  else if (step.kind === 'restart') await world.restart();
  else if (step.kind === 'add') await addModel(world, step.model, nextName());
  else if (step.kind === 'remove' || step.kind === 'move') {
    const id = ids[step.index % Math.max(1, ids.length)];
    if (id === undefined) return;
    await (step.kind === 'move' ? world.moveModel(id) : world.removeModel(id));
  } else if (which !== undefined) await world.ended(await world.mappings.undo({ apply_id: which }));
}

function addModel(world: TestWorld, model: Model, name: string) {
  return world.model(name, { ...model, content: name, isFolder: model.isFolder && model.type === 'diffusion' });
}

function otherNamesOf(which: 'all' | readonly number[], ids: readonly ModelId[]): OtherNamesWanted {
  return which === 'all' ? which : which.flatMap((index) => ids[index] ?? []);
}

/** Applies a fresh preview, and holds it to what every plan must keep. */
async function applyAndCheck(world: TestWorld, otherNames: OtherNamesWanted): Promise<void> {
  const plan = await world.preview('comfyui', { otherNames });
  const before = await treeOf(world.root);
  const targets = plan.actions.flatMap(({ target, other_target }) =>
    [target, other_target].flatMap((one) => (one === null ? [] : [foldedName(one)])),
  );
  expect(new Set(targets).size, 'every target is unique').toBe(targets.length);
  for (const { model_id, action, reason_code } of plan.actions) {
    const model = world.models.get(model_id);
    if (model?.storage_kind === 'external_reference')
      expect([action, reason_code]).toEqual(['exclude', 'external_reference']);
    if (otherNames === 'all' && action === 'conflict') expect(named.has(reason_code), reason_code).toBe(false);
    if (model !== undefined && model.validation_state !== 'valid') expect(action).toBe('exclude');
  }
  expect(await treeOf(world.root), 'a preview changes nothing').toEqual(before);
  const task = await world.ended(await world.mappings.apply(plan.id));
  expect([task.state, task.failure, task.mapping?.failed]).toEqual(['done', undefined, 0]);
  const after = await world.preview('comfyui', { otherNames });
  const open = after.actions.filter(({ action }) => action === 'create' || action === 'broken');
  expect(open, 'a second preview has nothing to do').toEqual([]);
}

async function libraryOf(world: TestWorld): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [at, is] of Object.entries(await treeOf(world.path)))
    if (!at.startsWith('app') && !at.startsWith('data') && !at.startsWith('shadow')) found[at] = is;
  return found;
}

/** What a world begins with: models, what is in the app's folder, and which folders of it may not be written (by others than root). */
const beginningArb = fc.record({
  models: fc.array(modelArb, { maxLength: 6 }),
  tree: fc.array(outsideArb, { maxLength: 6 }),
  readOnly: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.subarray(['models/loras', 'models/vae'])),
});
type Beginning = typeof beginningArb extends fc.Arbitrary<infer Value> ? Value : never;

async function startWorld(world: TestWorld, { models, tree, readOnly }: Beginning): Promise<void> {
  await writeFile(join(world.path, 'file'), 'a file of somebody');
  for (const [index, model] of models.entries()) await addModel(world, model, `m${index}`);
  await mkdir(join(world.path, 'shadow'));
  for (const root of [world.root, join(world.path, 'shadow')])
    for (const change of tree) await doOutside(root, world, change);
  for (const root of [world.root, join(world.path, 'shadow')])
    for (const folder of readOnly)
      if (existsSync(join(root, folder))) await chmod(join(root, folder), 0o555).catch(() => {});
}

test('after any applies, undos, restarts and changes of the library, undoing all gives the tree that was there before', async () => {
  await fc.assert(
    fc.asyncProperty(
      beginningArb,
      fc.array(ownArb, { minLength: 1, maxLength: 8 }),
      linksArb,
      threadArb,
      async (beginning, steps, file, threadFromCount) => {
        await using world = new TestWorld((own) => onlyLinks(own, file), threadFromCount);
        await startWorld(world, beginning);
        const before = await treeOf(world.root);
        for (const [index, step] of steps.entries()) {
          const library = await libraryOf(world);
          await doOwn(world, step, () => `n${index}`);
          if (!['add', 'remove', 'move'].includes(step.kind)) expect(await libraryOf(world)).toEqual(library);
          const now = await treeOf(world.root);
          for (const [at, is] of Object.entries(before)) expect([at, now[at]]).toEqual([at, is]);
        }
        await world.undoAll();
        expect(await treeOf(world.root)).toEqual(before);
        for (const { standing } of await world.mappings.applies()) expect(standing).toBe(0);
      },
    ),
    { numRuns: runs },
  );
}, 300_000);

test('what others do meanwhile stays: after undoing all, only what they did to the tree is different', async () => {
  await fc.assert(
    fc.asyncProperty(
      beginningArb,
      fc.array(fc.oneof(ownArb, outsideArb), { minLength: 2, maxLength: 10 }),
      linksArb,
      threadArb,
      async (beginning, steps, file, threadFromCount) => {
        await using world = new TestWorld((own) => onlyLinks(own, file), threadFromCount);
        await startWorld(world, beginning);
        const shadow = join(world.path, 'shadow');
        for (const [index, step] of steps.entries()) {
          const library = await libraryOf(world);
          if ('at' in step) {
            await doOutside(world.root, world, step);
            await doOutside(shadow, world, step);
          } else await doOwn(world, step, () => `n${index}`);
          const isOwnChange = ['add', 'remove', 'move'].includes(step.kind);
          if (!isOwnChange) expect(await libraryOf(world), 'the library is untouched').toEqual(library);
          const now = await treeOf(world.root);
          for (const [at, is] of Object.entries(await treeOf(shadow))) expect([at, now[at]]).toEqual([at, is]);
        }
        await world.undoAll();
        expect(withoutEmpty(await treeOf(world.root))).toEqual(withoutEmpty(await treeOf(shadow)));
      },
    ),
    { numRuns: runs },
  );
}, 300_000);

/** Whose an empty folder is, a shadow can't know: somebody's file may have been in one that we made. */
function withoutEmpty(tree: Readonly<Record<string, string>>): Record<string, string> {
  const paths = Object.entries(tree).flatMap(([at, is]) => (is === 'folder' ? [] : [at]));
  return Object.fromEntries(
    Object.entries(tree).filter(([at, is]) => is !== 'folder' || paths.some((path) => path.startsWith(`${at}/`))),
  );
}
