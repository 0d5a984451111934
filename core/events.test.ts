import { expect, test } from 'vitest';
import type { AppEvent } from './contract/event.ts';
import type { ModelId } from './contract/ids.ts';
import { createEvents } from './events.ts';

const removed = (name: string): AppEvent => ({ kind: 'model_removed', model_id: `a/b/${name}` as ModelId });

test('every listener gets every event under the same rising number, until it leaves', () => {
  const events = createEvents({ startAfter: 0 });
  const heard: [string, number][] = [];
  const leave = events.listen(({ sequence }) => heard.push(['first', sequence]));
  events.listen(({ sequence }) => heard.push(['second', sequence]));
  events.emit(removed('a'));
  leave();
  events.emit(removed('b'));
  expect(heard).toEqual([
    ['first', 1],
    ['second', 1],
    ['second', 2],
  ]);
  expect(events.sequence).toBe(2);
});

test('a listener that throws keeps no event from the others', () => {
  const errors: unknown[] = [];
  const events = createEvents({ onListenerError: (error) => errors.push(error) });
  let count = 0;
  events.listen(() => {
    throw new Error('broken');
  });
  events.listen(() => {
    count += 1;
  });
  events.emit(removed('a'));
  expect({ count, errors: errors.length }).toEqual({ count: 1, errors: 1 });
});

test.each([
  ['nothing is missed', 15, []],
  ['the last one is missed', 14, [15]],
  ['all of the backlog is missed', 12, [13, 14, 15]],
  ['more than the backlog is missed', 11, null],
  ['the number is of another life', 99, null],
])('when %s, the backlog answers so', (_, after, expected) => {
  const events = createEvents({ startAfter: 10, backlogLength: 3 });
  for (const name of ['a', 'b', 'c', 'd', 'e']) events.emit(removed(name));
  expect(events.since(after)?.map(({ sequence }) => sequence) ?? null).toEqual(expected);
});

test('the numbers of a later core lie beyond those of an earlier one', () => {
  const earlier = createEvents({ startAfter: Date.now() - 1000 });
  earlier.emit(removed('a'));
  expect(createEvents().since(earlier.sequence)).toBeNull();
});
