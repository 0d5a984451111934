import { createContext, use } from 'react';
import { useStore } from 'zustand';
import type { Actions } from './store/actions.ts';
import type { AppState } from './store/state.ts';
import type { AppStore } from './store/store.ts';

interface AppContextValue {
  readonly store: AppStore;
  readonly actions: Actions;
}

const AppContext = createContext<AppContextValue | null>(null);
export const AppProvider = AppContext.Provider;

function useContextValue(): AppContextValue {
  const value = use(AppContext);
  if (!value) throw new Error('a component stands outside the app');
  return value;
}

/** A selector must give the same thing for the same state: wrap one that builds arrays in `useShallow` or a memo. */
export function useApp<Value>(selector: (state: AppState) => Value): Value {
  return useStore(useContextValue().store, selector);
}

export function useActions(): Actions {
  return useContextValue().actions;
}
