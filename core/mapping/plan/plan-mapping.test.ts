import { describe, expect, test } from 'vitest';
import { ModelId } from '../../contract/ids.ts';
import type { Place } from '../rules/rule-file.ts';
import type { MappableModel } from './mappable-model.ts';
import { type PlanWish, planMapping } from './plan-mapping.ts';
import { folderEntriesOf, foldersOf, summaryOf } from './plan-view.ts';
import type { FolderState, StandingLink, TargetSnapshot } from './snapshot.ts';

const place = (model_type: 'lora' | 'checkpoint', path: string): Place => ({
  model_type,
  bundle_format: 'single_file',
  extensions: ['.safetensors'],
  path,
});
const rules = { label: 'App', places: [place('lora', 'loras'), place('checkpoint', 'deep/checkpoints')] };

const modelOf = (name: string, changes: Partial<MappableModel> = {}): MappableModel => ({
  model_id: ModelId.parse(`lora/unknown/${name}`),
  model_type: 'lora',
  storage_kind: 'library_owned',
  bundle_format: 'single_file',
  validation_state: 'valid',
  size_bytes: 10,
  path: `/library/${name}.safetensors`,
  ...changes,
});
const standingOf = (name: string, changes: Partial<StandingLink> = {}): StandingLink => ({
  applyId: 'first',
  index: 0,
  modelId: ModelId.parse(`lora/unknown/${name}`),
  link: 'symlink',
  path: `loras/${name}.safetensors`,
  source: `/library/${name}.safetensors`,
  sizeBytes: 10,
  state: 'whole',
  ...changes,
});
const folderOf = (...names: string[]): FolderState => ({
  kind: 'folder',
  names: names.map((name) => ({ name, kind: 'link' })),
  isWritable: true,
});
const snapshotOf = (changes: Partial<TargetSnapshot> = {}): TargetSnapshot => ({
  root: '/app',
  folders: new Map(),
  occupants: new Map(),
  standing: [],
  support: { file: 'symlink', folder: 'symlink', reason: 'none' },
  config: null,
  ...changes,
});
const planOf = (models: readonly MappableModel[], snapshot: Partial<TargetSnapshot>) =>
  planMapping(models, rules, snapshotOf(snapshot)).map(({ action, reason_code, target }) => [
    action,
    reason_code,
    target,
  ]);

test.each<[string, Partial<StandingLink>, string, string]>([
  ['is whole', {}, 'keep', 'in_place'],
  ['leads nowhere', { state: 'dangling' }, 'broken', 'source_moved'],
  ['leads elsewhere', { state: 'elsewhere', source: '/old' }, 'broken', 'source_moved'],
  ['is whole, but leads to another file', { source: '/old' }, 'broken', 'source_moved'],
  ['was taken away', { state: 'gone' }, 'create', 'new'],
  ['was replaced', { state: 'replaced' }, 'conflict', 'other_content'],
  ['cannot be looked at', { state: 'unreachable' }, 'conflict', 'unreadable_folder'],
  ['is a hard link to an older file', { state: 'stale', link: 'hardlink' }, 'conflict', 'stale_hardlink'],
  ['is a hard link and whole', { link: 'hardlink', source: '/old' }, 'keep', 'in_place'],
])('a link of ours that %s', (_, changes, action, reason) => {
  const link = standingOf('a', changes);
  const folders = new Map([['loras', link.state === 'gone' ? folderOf() : folderOf('a.safetensors')]]);
  expect(planOf([modelOf('a')], { standing: [link], folders })).toEqual([[action, reason, '/app/loras/a.safetensors']]);
});

test.each<[string, Partial<StandingLink>, [string, string][]]>([
  ['leads nowhere', { state: 'dangling' }, [['broken', 'model_gone']]],
  ['is whole', {}, [['broken', 'model_gone']]],
  ['was taken away', { state: 'gone' }, []],
  ['was replaced', { state: 'replaced' }, []],
  ['is a hard link', { link: 'hardlink', state: 'stale' }, [['conflict', 'stale_hardlink']]],
  ['cannot be looked at', { state: 'unreachable' }, [['conflict', 'unreadable_folder']]],
])('a link of ours whose model is gone, and that %s', (_, changes, lines) => {
  const plan = planOf([], { standing: [standingOf('a', changes)] });
  expect(plan.map(([action, reason]) => [action, reason])).toEqual(lines);
});

test.each<[string, FolderState, string]>([
  ['behind a link', { kind: 'blocked', reason: 'link_on_the_way', at: 'loras' }, 'link_on_the_way'],
  ['behind a file', { kind: 'blocked', reason: 'file_on_the_way', at: 'loras' }, 'file_on_the_way'],
  ['that cannot be read', { kind: 'blocked', reason: 'unreadable_folder', at: 'loras' }, 'unreadable_folder'],
  ['that may not be written', { kind: 'folder', names: [], isWritable: false }, 'unreadable_folder'],
])('in a folder %s nothing is made and nothing taken away', (_, state, reason) => {
  const folders = new Map([['loras', state]]);
  const standing = [standingOf('b', { state: 'dangling' }), standingOf('c', { state: 'dangling' })];
  expect(planOf([modelOf('a'), modelOf('b')], { folders, standing })).toEqual([
    ['conflict', reason, '/app/loras/a.safetensors'],
    ['conflict', reason, '/app/loras/b.safetensors'],
    ['conflict', reason, '/app/loras/c.safetensors'],
  ]);
});

test.each<[string, Partial<MappableModel>, string]>([
  ['is used in place', { storage_kind: 'external_reference' }, 'external_reference'],
  [
    'is used in place and sick',
    { storage_kind: 'external_reference', validation_state: 'invalid' },
    'external_reference',
  ],
  ['is degraded', { validation_state: 'degraded' }, 'not_valid'],
  ['is invalid', { validation_state: 'invalid' }, 'not_valid'],
  ['is of a type that the app has no folder for', { model_type: 'llm' }, 'no_place'],
  ['is a folder', { bundle_format: 'diffusers_directory' }, 'file_kind'],
  ['is another kind of file', { path: '/library/a.ckpt' }, 'file_kind'],
  ['is hidden', { path: '/library/.a.safetensors' }, 'unsafe_name'],
  ['has a name of two lines', { path: '/library/a\nb.safetensors' }, 'unsafe_name'],
  ['has a name with a backslash', { path: '/library/..\\a.safetensors' }, 'unsafe_name'],
  ['has a long name', { path: `/library/${'a'.repeat(200)}.safetensors` }, 'unsafe_name'],
])('a model that %s is left out, with the reason', (_, changes, reason) => {
  const [action] = planMapping([modelOf('a', changes)], rules, snapshotOf());
  expect(action).toMatchObject({ action: 'exclude', reason_code: reason, target: null, link: null });
  expect(action?.reason).toMatch(/^[A-Z].*\.$/s);
});

test('the same arguments give the same plan, whatever the order of the models', () => {
  const models = ['c', 'a', 'b'].map((name) => modelOf(name, { path: `/library/${name}/same.safetensors` }));
  const plan = planMapping(models, rules, snapshotOf());
  expect(plan.map(({ path }) => path)).toEqual([
    'loras/same.safetensors',
    'loras/same-b.safetensors',
    'loras/same-c.safetensors',
  ]);
  expect(planMapping([...models].reverse(), rules, snapshotOf())).toEqual(plan);
});

describe('another name', () => {
  const models = ['a', 'b', 'c', 'd'].map((name) => modelOf(name));
  const snapshot = snapshotOf({
    folders: new Map([
      ['loras', folderOf('a.safetensors', 'B.safetensors', 'c.safetensors', 'c-c.safetensors', 'd.safetensors')],
    ]),
    occupants: new Map([
      ['loras/c.safetensors', { reason: 'foreign_link' }],
      ['loras/d.safetensors', { reason: 'same_content' }],
    ]),
  });
  const linesOf = (otherNames: PlanWish['otherNames']) =>
    planMapping(models, rules, snapshot, { otherNames }).map(({ action, reason_code, target, other_target }) => [
      action,
      reason_code,
      target,
      other_target,
    ]);
  const left = [
    ['conflict', 'other_content', '/app/loras/a.safetensors', '/app/loras/a-a.safetensors'],
    ['conflict', 'case_clash', '/app/loras/b.safetensors', '/app/loras/b-b.safetensors'],
    ['conflict', 'foreign_link', '/app/loras/c.safetensors', '/app/loras/c-c-2.safetensors'],
    ['conflict', 'same_content', '/app/loras/d.safetensors', null],
  ];
  const made = left.map(([, reason, target, other]) =>
    other === null ? ['conflict', reason, target, null] : ['create', 'other_name', other, null],
  );

  test('is proposed for a conflict that is not of the same content, and taken only where that is wanted', () => {
    expect(linesOf([])).toEqual(left);
    expect(linesOf('all')).toEqual(made);
    expect(linesOf([ModelId.parse('lora/unknown/c')])).toEqual([left[0], left[1], made[2], left[3]]);
  });

  test('is none that another model has, and says what it is', () => {
    const twins = [modelOf('x', { path: '/library/a-a.safetensors' }), modelOf('a')];
    const plan = planMapping(twins, rules, snapshot, { otherNames: 'all' });
    expect(plan.map(({ path, reason }) => [path, reason])).toEqual([
      [
        'loras/a-a-2.safetensors',
        'Something else is at loras/a.safetensors and stays. The link gets a name of its own: loras/a-a-2.safetensors.',
      ],
      ['loras/a-a.safetensors', 'A link is made.'],
    ]);
    expect(summaryOf(planMapping(twins, rules, snapshot)).other_names).toBe(1);
  });

  test('is kept once its link stands, though the first one was of the name that somebody took', () => {
    const standing = [
      standingOf('a', { path: 'loras/a-a.safetensors', index: 1 }),
      standingOf('a', { state: 'replaced' }),
    ];
    expect(planOf([modelOf('a')], { ...snapshot, standing })).toEqual([
      ['keep', 'in_place', '/app/loras/a-a.safetensors'],
    ]);
  });

  test('that no drive takes is not proposed', () => {
    const name = 'n'.repeat(180);
    const long = modelOf(name);
    const folders = new Map([['loras', folderOf(`${name}.safetensors`)]]);
    expect(planMapping([long], rules, snapshotOf({ folders }), { otherNames: 'all' })).toMatchObject([
      { action: 'conflict', other_target: null },
    ]);
  });
});

test('a plan is shown as counts, sizes, and folders before and after', () => {
  const snapshot = snapshotOf({
    folders: new Map([
      ['loras', folderOf('a.safetensors', 'b.safetensors', 'gone.safetensors', 'theirs')],
      ['deep/checkpoints', { kind: 'absent', missing: ['deep', 'deep/checkpoints'] }],
    ]),
    standing: [standingOf('a'), standingOf('b', { state: 'dangling' }), standingOf('gone', { state: 'dangling' })],
  });
  const models = [
    modelOf('a'),
    modelOf('b'),
    modelOf('new'),
    modelOf('big', { model_type: 'checkpoint', size_bytes: 500 }),
    modelOf('ext', { storage_kind: 'external_reference' }),
  ];
  const actions = planMapping(models, rules, snapshot);
  expect(summaryOf(actions)).toEqual({
    create: 2,
    keep: 1,
    conflict: 0,
    broken: 2,
    exclude: 1,
    size_bytes: 510,
    other_names: 0,
    links: { symlink: 3 },
    reasons: { new: 2, in_place: 1, source_moved: 1, model_gone: 1, external_reference: 1 },
  });
  expect(foldersOf(actions, snapshot)).toEqual([
    {
      path: 'deep/checkpoints',
      is_new: true,
      before_count: 0,
      after_count: 1,
      create: 1,
      keep: 0,
      conflict: 0,
      broken: 0,
    },
    { path: 'loras', is_new: false, before_count: 4, after_count: 4, create: 1, keep: 1, conflict: 0, broken: 2 },
  ]);
  const entries = folderEntriesOf('loras', actions, snapshot);
  expect(entries?.map(({ name, before, after, action }) => [name, before, after, action])).toEqual([
    ['a.safetensors', 'vitrine_link', 'vitrine_link', 'keep'],
    ['b.safetensors', 'broken_vitrine_link', 'vitrine_link', 'broken'],
    ['gone.safetensors', 'broken_vitrine_link', null, 'broken'],
    ['new.safetensors', null, 'vitrine_link', 'create'],
    ['theirs', 'link', 'link', null],
  ]);
  expect(folderEntriesOf('nowhere', actions, snapshot)).toBeNull();
});
