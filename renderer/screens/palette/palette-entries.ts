import { runningJob } from '../../store/selectors.ts';
import type { AppState, Screen } from '../../store/state.ts';

/** Keys of the palette's messages that are something to do. */
export type PaletteAct =
  | 'addModels'
  | 'generate'
  | 'cancel'
  | 'lookAgain'
  | 'themeLight'
  | 'themeDark'
  | 'themeSystem'
  | 'wall'
  | 'table'
  | 'favourites'
  | 'clearFilters'
  | 'revealLibrary';

export interface PaletteEntry {
  readonly kind: 'place' | 'act' | 'model';
  /** Its screen, act, or model id. */
  readonly id: string;
  readonly text: string;
  /** Beside it: a shortcut, or what kind of model it is. */
  readonly aside: string;
}

/** What can be done as things stand: nothing is offered that would do nothing. */
export function actsNow(state: AppState, canReveal: boolean): readonly PaletteAct[] {
  const { theme, layout, isReconciling, listing } = state;
  const isFiltered = Object.values(listing.filter).some((value) => value !== null && value !== '' && value !== false);
  const acts: readonly (PaletteAct | false)[] = [
    'addModels',
    state.screen === 'generate' && 'generate',
    runningJob(state) !== null && 'cancel',
    !isReconciling && 'lookAgain',
    theme !== 'light' && 'themeLight',
    theme !== 'dark' && 'themeDark',
    theme !== 'system' && 'themeSystem',
    layout !== 'wall' && 'wall',
    layout !== 'table' && 'table',
    !listing.filter.favourite && 'favourites',
    isFiltered && 'clearFilters',
    canReveal && state.status !== null && 'revealLibrary',
  ];
  return acts.filter((act) => act !== false);
}

/**
 * The entries that hold every word of what was typed, in any order; those that begin with it first. Case and accents don't count.
 */
export function matching(entries: readonly PaletteEntry[], typed: string): readonly PaletteEntry[] {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const found = entries.filter(({ text }) => words.every((word) => plain(text).includes(word)));
  const begins = ({ text }: PaletteEntry) => words.length > 0 && plain(text).startsWith(words[0] ?? '');
  return [...found.filter(begins), ...found.filter((entry) => !begins(entry))];
}

/** Letters of the shortcut that goes there. */
export const placeKeys: Readonly<Partial<Record<Screen, string>>> = {
  models: 'g m',
  generate: 'g g',
  queue: 'g q',
  health: 'g h',
  mappings: 'g a',
  settings: 'g s',
};

function plain(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .toLocaleLowerCase();
}
