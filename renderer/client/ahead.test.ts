import { expect, test } from 'vitest';
import { firstQuestionOf } from '../store/first-question.ts';
import { initialState } from '../store/state.ts';
import { type Ahead, askAhead, firstQuestionKey } from './ask-ahead.ts';
import type { BridgeAnswer } from './bridge.ts';
import { callAfter, fetchAfter } from './take-ahead.ts';

const question = firstQuestionOf(initialState);
const kept = (text: string) => ({ getItem: (key: string) => (key === firstQuestionKey ? text : null) });

function browser() {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (input) => {
    asked.push(String(input));
    return new Response(String(asked.length));
  };
  return { asked, place: { fetch } as { fetch: typeof fetch; ahead?: Ahead } };
}

test('in a browser the first question goes ahead, and its answer is taken once', async () => {
  const { asked, place } = browser();
  askAhead(place, kept(JSON.stringify(question)));
  const path = '/api/v1/models?sort=newest&limit=48';
  expect(asked).toEqual([path]);
  const fetch = fetchAfter(place, place.fetch);
  expect(await (await fetch('/api/v1/status')).text()).toBe('2');
  expect(await (await fetch(path)).text()).toBe('1');
  expect(await (await fetch(path)).text()).toBe('3');
});

test('in the desktop shell it goes over the bridge; another question than was expected is asked anew', async () => {
  const asked: unknown[] = [];
  const call = async (name: string, input: unknown): Promise<BridgeAnswer> => {
    asked.push([name, input]);
    return { ok: true, value: asked.length };
  };
  const place: { fetch: typeof fetch; vitrine: { call: typeof call }; ahead?: Ahead } = {
    ...browser().place,
    vitrine: { call },
  };
  askAhead(place, kept(JSON.stringify(question)));
  const after = callAfter(place, call);
  expect(await after('models.list', { sort: 'name', limit: 48 })).toEqual({ ok: true, value: 2 });
  expect(await after('models.list', { sort: 'newest', limit: 48 })).toEqual({ ok: true, value: 1 });
  expect(asked).toEqual([
    ['models.list', { sort: 'newest', limit: 48 }],
    ['models.list', { sort: 'name', limit: 48 }],
  ]);
});

test('the question is that of the page in sight, with the filters that are on; other screens ask none', () => {
  const { listing } = initialState;
  const state = {
    ...initialState,
    topRow: 4321,
    searchSort: 'name' as const,
    listing: { ...listing, filter: { ...listing.filter, query: 'sun & moon', favourite: true } },
  };
  expect(firstQuestionOf(state)).toEqual({
    input: { query: 'sun & moon', favourite: true, sort: 'relevance', limit: 48, offset: 4320, total: 'at_least' },
    path: '/api/v1/models?query=sun%20%26%20moon&favourite=true&sort=relevance&limit=48&offset=4320&total=at_least',
  });
  expect(firstQuestionOf({ ...initialState, screen: 'queue' })).toBe(null);
});

test.each(['', '{', 'null', '7', '{}', '{"path":5}', '{"path":"//example.org/","input":{}}'])(
  'what is no question is not asked: %s',
  (text) => {
    const { asked, place } = browser();
    askAhead(place, kept(text));
    expect([asked, place.ahead]).toEqual([[], undefined]);
  },
);

test('a core that does not answer is met by whoever takes the answer, and by nobody else', async () => {
  const fetch: typeof globalThis.fetch = () => Promise.reject(new TypeError('gone'));
  const place: { fetch: typeof fetch; ahead?: Ahead } = { fetch };
  askAhead(place, kept(JSON.stringify(question)));
  await expect(fetchAfter(place, fetch)(question?.path ?? '')).rejects.toThrow('gone');
});
