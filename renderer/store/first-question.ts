import { toRest } from '../../core/contract/rest.ts';
import type { FirstQuestion } from '../client/ask-ahead.ts';
import { rowsQuery } from './models/counts.ts';
import { initialModelsPart, pageSize } from './models/models-part.ts';
import { sortOf } from './selectors.ts';
import type { AppState } from './state.ts';

/** What a window that opens with this view asks first; null where its first screen shows no rows. */
export function firstQuestionOf(state: AppState): FirstQuestion | null {
  if (state.screen !== 'models') return null;
  const { filter } = state.listing;
  // The order of a search is not remembered.
  const sort = sortOf({ ...state, searchSort: initialModelsPart.searchSort });
  const input = rowsQuery(filter, sort, Math.floor(state.topRow / pageSize) * pageSize, pageSize);
  return { input, path: toRest('models.list', { ...input }).path };
}
