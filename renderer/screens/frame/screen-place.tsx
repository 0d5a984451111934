import { type ComponentType, lazy, Suspense, useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Screen } from '../../store/state.ts';
import { Button } from '../../ui/button.tsx';
import { FindingPanel } from '../../ui/display/finding-panel.tsx';
import list from '../list-screen.module.css';
import { ModelsScreen } from '../models/models-screen.tsx';
import { Guard } from './guard.tsx';

/** A screen's code comes when it is first shown, or when the window has nothing else to do. That of the models comes with the window. */
const loaders: Readonly<Record<Exclude<Screen, 'models'>, () => Promise<ComponentType>>> = {
  generate: async () => (await import('../generate/generate-screen.tsx')).GenerateScreen,
  queue: async () => (await import('../queue/queue-screen.tsx')).QueueScreen,
  health: async () => (await import('../health/health-screen.tsx')).HealthScreen,
  mappings: async () => (await import('../mappings/mappings-screen.tsx')).MappingsScreen,
  settings: async () => (await import('../settings/settings-screen.tsx')).SettingsScreen,
};

const late = new Map<Screen, ComponentType>();

/** The same thing every time, until it is forgotten: code that failed to come is then asked for again. */
function viewOf(screen: Screen): ComponentType {
  if (screen === 'models') return ModelsScreen;
  const known = late.get(screen);
  if (known !== undefined) return known;
  const view = lazy(async () => ({ default: await loaders[screen]() }));
  late.set(screen, view);
  return view;
}

const othersAfterMs = 1500;

export function ScreenPlace({ screen }: { readonly screen: Screen }) {
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => {
      // One that fails to come now is asked for again when it is shown.
      for (const load of Object.values(loaders)) load().catch(() => undefined);
    }, othersAfterMs);
    return () => clearTimeout(timer);
  }, []);
  const tryAgain = () => {
    late.delete(screen);
    setTries((before) => before + 1);
  };
  const Shown = viewOf(screen);
  return (
    <Guard key={`${screen} ${tries}`} fallback={<Failed onRetry={tryAgain} />}>
      <Suspense fallback={null}>
        <Shown />
      </Suspense>
    </Guard>
  );
}

function Failed({ onRetry }: { readonly onRetry: () => void }) {
  const t = useTranslations('screens');
  return (
    <section className={list.content}>
      <div className={list.slate}>
        <FindingPanel
          state="invalid"
          what={t('failed')}
          mends={[t('failedMeans')]}
          code="screen_failed"
          actions={<Button onPress={onRetry}>{t('again')}</Button>}
        />
      </div>
    </section>
  );
}
