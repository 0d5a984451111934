import { expect, test } from 'vitest';
import type { ImportResult, Task } from '../../../core/contract/library/task.ts';
import { sampleClassification } from '../../dev/sample-classification.ts';
import { sampleModel } from '../../dev/sample-records.ts';
import type { AddItem, AddSheet, Candidate } from './add-part.ts';
import { canMove, countToAdd, fractionOf, importItemsOf, newerTask, planOf, progressOf } from './add-plan.ts';

function itemOf(path: string, candidates: readonly Partial<Candidate>[], change: Partial<AddItem> = {}): AddItem {
  const whole = sampleClassification(path);
  const [like] = whole.candidates;
  if (!like) throw new Error('the sample holds a model');
  return {
    path,
    phase: 'ready',
    classification: {
      ...whole,
      free_bytes: 100,
      candidates: candidates.map((facts, index) => ({ ...like, size_bytes: 40, path: `${path}/${index}`, ...facts })),
    },
    problem: null,
    mode: 'reference',
    ...change,
  };
}

function sheetOf(items: readonly AddItem[], change: Partial<AddSheet> = {}): AddSheet {
  return { phase: 'review', items, pathlessCount: 0, taskIds: [], isHidden: false, problem: null, ...change };
}

const known = sampleModel({}).model_id;

test('only what is whole enough and new counts as to be added, and is asked for in its way', () => {
  const sheet = sheetOf([
    itemOf('/a', [{}, { validation_state: 'invalid' }, { already_registered_as: known }]),
    itemOf('/b', [{ validation_state: 'degraded' }], { mode: 'copy' }),
    itemOf('/c', [{}], { phase: 'refused' }),
  ]);
  expect(countToAdd(sheet)).toBe(2);
  expect(importItemsOf(sheet)).toEqual([
    { path: '/a/0', mode: 'reference' },
    { path: '/b/0', mode: 'copy' },
  ]);
  expect(planOf(sheet)).toEqual({
    reference: 1,
    copy: 1,
    move: 0,
    copiedBytes: 40,
    freeBytes: 100,
    fits: true,
  });
});

test('copies that need more than is free do not fit; moves and a free space that is not known do', () => {
  const three = [{}, {}, {}];
  expect(planOf(sheetOf([itemOf('/a', three, { mode: 'copy' })])).fits).toBe(false);
  expect(planOf(sheetOf([itemOf('/a', three, { mode: 'move' })])).fits).toBe(true);
  const unknown = itemOf('/a', three, { mode: 'copy' });
  const classification = unknown.classification && { ...unknown.classification, free_bytes: null };
  expect(planOf(sheetOf([{ ...unknown, classification }])).fits).toBe(true);
});

test('a cache of links can’t be moved', () => {
  const item = itemOf('/hub', [{}]);
  const classification = { ...sampleClassification('/cache'), kind: 'huggingface_cache' as const };
  expect([canMove(item), canMove({ ...item, classification })]).toEqual([true, false]);
});

test('results are shared out in the order of the sheet', () => {
  const done = (path: string): ImportResult => ({ path, model_id: known, status: 'registered' });
  const sheet = sheetOf(
    [itemOf('/a', [{}, {}]), itemOf('/known', [{ already_registered_as: known }]), itemOf('/b', [{}, {}])],
    {
      phase: 'importing',
    },
  );
  const phases = (count: number) =>
    progressOf(
      sheet,
      Array.from({ length: count }, () => done('/x')),
    ).map(({ phase, results }) => [phase, results.length]);
  expect(phases(1)).toEqual([
    ['running', 1],
    ['ended', 0],
    ['waiting', 0],
  ]);
  expect(phases(3)).toEqual([
    ['ended', 2],
    ['ended', 0],
    ['running', 1],
  ]);
});

const task: Task = {
  task_id: 't',
  kind: 'import',
  state: 'running',
  item_index: 1,
  item_count: 4,
  current_path: null,
  done_bytes: 10,
  total_bytes: 40,
  results: [],
};

test('an answer that was overtaken takes no task back, and one that ended stays ended', () => {
  const ended: Task = { ...task, state: 'done' };
  expect(newerTask(undefined, task)).toBe(task);
  expect(newerTask(task, { ...task, done_bytes: 5 })).toBe(task);
  expect(newerTask(task, ended)).toBe(ended);
  expect(newerTask(ended, task)).toBe(ended);
});

test('progress goes by bytes where there are any, else by models', () => {
  expect(fractionOf(task)).toBe(0.25);
  expect(fractionOf({ ...task, total_bytes: 0, results: [{ path: '/a', model_id: null, status: 'failed' }] })).toBe(
    0.25,
  );
  expect(fractionOf({ ...task, total_bytes: 0, item_count: 0 })).toBe(0);
});
