import { expect, test } from 'vitest';
import { emptyDraft } from './generate/generate-part.ts';
import { keepView, restoreView } from './persist.ts';
import { createAppStore } from './store.ts';

function storage(text: string | null = null) {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? text,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

test('the view comes back as it was left', () => {
  const place = storage();
  const store = createAppStore();
  const write = keepView(store, place);
  const { listing } = store.getState();
  store.setState({
    theme: 'dark',
    layout: 'table',
    paneWidth: 400,
    topRow: 4000,
    draft: { ...emptyDraft, prompt: '墨', seed: 7 },
    listing: { ...listing, filter: { ...listing.filter, query: 'ink', family: 'flux' }, total: 9 },
  });
  write();
  expect(restoreView(place)).toMatchObject({
    theme: 'dark',
    layout: 'table',
    paneWidth: 400,
    topRow: 4000,
    draft: { ...emptyDraft, prompt: '墨', seed: 7 },
    listing: { ...listing, filter: { ...listing.filter, query: 'ink', family: 'flux' } },
  });
});

test('the view is written a moment after it changed, also by a window that never closes', async () => {
  const place = storage();
  const store = createAppStore();
  keepView(store, place);
  store.setState({ theme: 'dark' });
  await expect.poll(() => restoreView(place).theme).toBe('dark');
});

test('what a part of the window tells as it closes is kept, also when the view was written a moment before', () => {
  const place = storage();
  const store = createAppStore();
  const write = keepView(store, place);
  write();
  store.setState({ topRow: 12 });
  expect(restoreView(place).topRow).toBe(12);
});

test.each(['{', 'null', '[]', '"x"', '{"theme":"pink","paneWidth":9e9,"draft":{"prompt":5},"screen":"cellar"}'])(
  'what is not understood falls back to the beginning: %s',
  (text) => {
    const { theme, paneWidth, draft, screen } = createAppStore(restoreView(storage(text))).getState();
    expect({ theme, paneWidth, draft, screen }).toEqual({
      theme: 'system',
      paneWidth: 328,
      draft: emptyDraft,
      screen: 'models',
    });
  },
);
