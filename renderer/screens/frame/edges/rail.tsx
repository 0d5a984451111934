import { HeartPulse, Image, LayoutGrid, ListOrdered, Settings, Waypoints } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../../app-context.tsx';
import { queuedCount } from '../../../store/selectors.ts';
import type { Screen } from '../../../store/state.ts';
import { useWords } from '../../../ui/use-words.ts';
import { Mark } from './mark.tsx';
import css from './rail.module.css';

const places: readonly { readonly screen: Screen; readonly Icon: typeof Image }[] = [
  { screen: 'models', Icon: LayoutGrid },
  { screen: 'generate', Icon: Image },
  { screen: 'queue', Icon: ListOrdered },
  { screen: 'health', Icon: HeartPulse },
  { screen: 'mappings', Icon: Waypoints },
  { screen: 'settings', Icon: Settings },
];

export function Rail() {
  const t = useTranslations();
  const { navigate } = useActions();
  const { few } = useWords();
  const current = useApp((state) => state.screen);
  const queued = useApp(queuedCount);
  const unhealthy = useApp(
    (state) => state.counts.invalid + state.counts.degraded + (state.linkCheck?.fault_count ?? 0),
  );
  const counts: Partial<Record<Screen, number>> = { queue: queued, health: unhealthy };
  return (
    <nav className={css.rail} aria-label={t('screens.label')}>
      <div className={css.mark} title={t('app.name')}>
        <Mark size={26} />
      </div>
      {places.map(({ screen, Icon }) => (
        <button
          key={screen}
          type="button"
          className={css.place}
          data-foot={screen === 'settings' || undefined}
          aria-current={screen === current ? 'page' : undefined}
          onClick={() => navigate(screen)}
        >
          <Icon />
          {t(`screens.${screen}`)}
          {(counts[screen] ?? 0) > 0 && (
            <span className={css.count} data-tone={screen === 'health' ? 'degraded' : undefined}>
              {(counts[screen] ?? 0) < 1000 ? counts[screen] : few(counts[screen] ?? 0)}
            </span>
          )}
        </button>
      ))}
    </nav>
  );
}
