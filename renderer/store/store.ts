import { createStore, type StoreApi } from 'zustand/vanilla';
import { type AppState, initialState } from './state.ts';

export type AppStore = StoreApi<AppState>;

export function createAppStore(restored: Partial<AppState> = {}): AppStore {
  return createStore<AppState>(() => ({ ...initialState, ...restored }));
}
