import { afterEach, beforeEach, expect, test } from 'vitest';
import { SequencedEvent } from '../../contract/event.ts';
import { sunId } from '../fixtures/hand-made-core.ts';
import { type OpenDoor, openDoor } from '../fixtures/open-door.ts';

let door: OpenDoor;
beforeEach(async () => {
  door = await openDoor();
});
afterEach(() => door[Symbol.asyncDispose]());

const emit = () => door.events.emit({ kind: 'model_removed', model_id: sunId });

async function* messages(headers: Record<string, string> = {}, query = '') {
  const response = await fetch(`${door.url}/api/v1/events${query}`, { headers });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  let rest = '';
  for await (const bytes of response.body ?? []) {
    rest += Buffer.from(bytes).toString('utf8');
    const parts = rest.split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts)
      if (!part.startsWith(':')) yield part;
      else yield 'comment';
  }
}

test('a reader gets each event as a message whose id is its sequence', async () => {
  emit();
  const stream = messages();
  expect((await stream.next()).value).toBe('comment');
  emit();
  const { value } = await stream.next();
  const [, id, data] = /^id: (\d+)\ndata: (.*)$/.exec(String(value)) ?? [];
  expect(id).toBe('2');
  expect(SequencedEvent.parse(JSON.parse(data ?? ''))).toEqual({
    sequence: 2,
    event: { kind: 'model_removed', model_id: sunId },
  });
  await stream.return(undefined);
});

test.each([
  ['the header', { 'last-event-id': '2' }, '', ['id: 3', 'id: 4']],
  ['the query', {}, '?last_event_id=3', ['id: 4']],
  ['a number that is too old', { 'last-event-id': '0' }, '', ['id: 6\nevent: reset']],
  ['a number of another life', { 'last-event-id': '77' }, '', ['id: 6\nevent: reset']],
  ['something else', { 'last-event-id': 'x' }, '', []],
])('a reader that comes back with %s gets what it missed', async (_, headers, query, expected) => {
  for (let count = 0; count < (expected[0]?.includes('reset') ? 6 : 4); count++) emit();
  const stream = messages(headers, query);
  expect((await stream.next()).value).toBe('comment');
  for (const start of expected) expect((await stream.next()).value).toMatch(new RegExp(`^${start}`));
  emit();
  expect((await stream.next()).value).toContain(`"sequence":${door.events.sequence}`);
  await stream.return(undefined);
});
