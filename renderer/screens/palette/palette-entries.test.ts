import { expect, test } from 'vitest';
import { noFilter } from '../../store/models/models-part.ts';
import { type AppState, initialState } from '../../store/state.ts';
import { actsNow, matching, type PaletteEntry } from './palette-entries.ts';

const entry = (text: string): PaletteEntry => ({ kind: 'act', id: text, text, aside: '' });
const entries = ['Go to Models', 'Models as a table', 'Dark theme', 'Modèle d’été', 'Light theme'].map(entry);

test.each([
  ['', ['Go to Models', 'Models as a table', 'Dark theme', 'Modèle d’été', 'Light theme']],
  ['mod', ['Models as a table', 'Modèle d’été', 'Go to Models']],
  ['ete', ['Modèle d’été']],
  ['theme dark', ['Dark theme']],
  ['MODELS  table', ['Models as a table']],
  ['nothing like it', []],
])('typing %j finds %j', (typed, texts) => {
  expect(matching(entries, typed).map(({ text }) => text)).toEqual(texts);
});

const state = (change: Partial<AppState>): AppState => ({ ...initialState, ...change });

test('what would do nothing is not offered', () => {
  const acts = actsNow(state({ theme: 'dark', layout: 'table' }), false);
  expect(acts).toEqual(['addModels', 'lookAgain', 'themeLight', 'themeSystem', 'wall', 'favourites']);
});

test('filters that are on can be cleared, a picture on the Generate screen can be made', () => {
  const filter = { ...noFilter, favourite: true };
  const acts = actsNow(state({ screen: 'generate', listing: { ...initialState.listing, filter } }), false);
  expect(acts).toContain('clearFilters');
  expect(acts).toContain('generate');
  expect(acts).not.toContain('favourites');
});
