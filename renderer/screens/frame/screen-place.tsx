import { type ComponentType, lazy, Suspense, useEffect } from 'react';
import type { Screen } from '../../store/state.ts';
import { ModelsScreen } from '../models/models-screen.tsx';

/** A screen's code comes when it is first shown, or when the window has nothing else to do. That of the models comes with the window. */
const loaders: Readonly<Record<Exclude<Screen, 'models'>, () => Promise<ComponentType>>> = {
  generate: async () => (await import('../generate/generate-screen.tsx')).GenerateScreen,
  queue: async () => (await import('../queue/queue-screen.tsx')).QueueScreen,
  health: async () => (await import('../health/health-screen.tsx')).HealthScreen,
  mappings: async () => (await import('../mappings/mappings-screen.tsx')).MappingsScreen,
  settings: async () => (await import('../settings/settings-screen.tsx')).SettingsScreen,
};

const lazily = (load: () => Promise<ComponentType>) => lazy(async () => ({ default: await load() }));
const screens: Readonly<Record<Screen, ComponentType>> = {
  models: ModelsScreen,
  generate: lazily(loaders.generate),
  queue: lazily(loaders.queue),
  health: lazily(loaders.health),
  mappings: lazily(loaders.mappings),
  settings: lazily(loaders.settings),
};

const othersAfterMs = 1500;

export function ScreenPlace({ screen }: { readonly screen: Screen }) {
  const Shown = screens[screen];
  useEffect(() => {
    const timer = setTimeout(() => {
      // One that fails to come now is asked for again when it is shown.
      for (const load of Object.values(loaders)) load().catch(() => undefined);
    }, othersAfterMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Suspense fallback={null}>
      <Shown />
    </Suspense>
  );
}
