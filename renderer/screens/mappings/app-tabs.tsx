import type { KeyboardEvent } from 'react';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import type { MappingApp } from '../../../core/contract/mapping/mapping.ts';
import { useActions, useApp } from '../../app-context.tsx';
import { mappingRootOf, standingLinks } from '../../store/mappings/mappings-part.ts';
import { Button } from '../../ui/button.tsx';
import { PathText } from '../../ui/display/path-text.tsx';
import { roomForPane, useMedia } from '../../ui/use-media.ts';
import { useWords } from '../../ui/use-words.ts';
import css from './mappings-screen.module.css';
import { nextTab } from './next-tab.ts';

/** One app a tab, with how many links stand in it; at the end where the chosen one's folder is. */
export function AppTabs({ apps }: { readonly apps: readonly MappingApp[] }) {
  const t = useTranslations('mappings');
  const { number } = useWords();
  const { chooseMappingApp, askForMappingRoot } = useActions();
  const chosen = useApp((state) => state.mappingApp);
  const root = useApp((state) => (state.mappingApp === null ? null : mappingRootOf(state, state.mappingApp)));
  const standing = useApp(useShallow((state) => apps.map(({ app }) => standingLinks(state, app))));
  const hasRoom = useMedia(roomForPane);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const index = nextTab(event.key, {
      index: apps.findIndex(({ app }) => app === chosen),
      count: apps.length,
      isRtl: document.documentElement.dir === 'rtl',
    });
    const next = index === null ? undefined : apps[index];
    if (index === null || next === undefined) return;
    event.preventDefault();
    chooseMappingApp(next.app);
    event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')[index]?.focus();
  };
  return (
    <div className={css.tabs}>
      <div className={css.list} role="tablist" aria-label={t('apps')} onKeyDown={onKeyDown}>
        {apps.map(({ app, label }, index) => (
          <button
            key={app}
            type="button"
            role="tab"
            className={css.tab}
            aria-selected={app === chosen}
            tabIndex={app === chosen ? 0 : -1}
            onClick={() => chooseMappingApp(app)}
          >
            {label}
            {(standing[index] ?? 0) > 0 && <span className={css.count}>{number(standing[index] ?? 0)}</span>}
          </button>
        ))}
      </div>
      {chosen !== null && root !== null && (
        <div className={css.root}>
          <PathText path={root} maxCharacters={hasRoom ? 44 : 24} />
          <Button kind="plain" size="small" onPress={() => askForMappingRoot(chosen)}>
            {t('change')}
          </Button>
        </div>
      )}
    </div>
  );
}
