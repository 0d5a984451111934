import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import { mappingRootOf } from '../../store/mappings/mappings-part.ts';
import { Button } from '../../ui/button.tsx';
import { BlankSlate } from '../../ui/display/blank-slate.tsx';
import { PathText } from '../../ui/display/path-text.tsx';
import list from '../list-screen.module.css';
import { AppTabs } from './app-tabs.tsx';
import { ChooseRoot } from './choose-root.tsx';
import { LedgerPane } from './ledger/ledger-pane.tsx';
import { UndoDialog } from './ledger/undo-dialog.tsx';
import css from './mappings-screen.module.css';
import { PlanDeck } from './plan/plan-deck.tsx';
import { PlanPanes } from './plan/plan-panes.tsx';

/** The library's own models, linked into other apps' folders: what would happen, then exactly that, and the way back. */
export function MappingsScreen() {
  const t = useTranslations('mappings');
  const { loadMappings } = useActions();
  const isReady = useApp((state) => state.isReady);
  const apps = useApp((state) => state.mappingApps);
  useEffect(() => {
    if (isReady) void loadMappings();
  }, [isReady, loadMappings]);
  return (
    <>
      <section className={list.content}>
        <div className={css.head}>
          <h1>{t('title')}</h1>
          <p className={list.lede}>{t('lede')}</p>
        </div>
        {apps && (
          <>
            <AppTabs apps={apps} />
            <Body />
          </>
        )}
      </section>
      <LedgerPane />
      <UndoDialog />
    </>
  );
}

function Body() {
  const t = useTranslations('mappings');
  const { previewMapping, askForMappingRoot } = useActions();
  const app = useApp((state) => state.mappingApp);
  const root = useApp((state) => (state.mappingApp === null ? null : mappingRootOf(state, state.mappingApp)));
  const phase = useApp((state) => state.preview);
  const problem = useApp((state) => state.previewProblem);
  const hasPlan = useApp((state) => state.planView !== null);
  if (app === null)
    return (
      <div className={list.slate}>
        <BlankSlate title={t('noAppsTitle')} text={t('noAppsText')} />
      </div>
    );
  if (root === null) return <ChooseRoot key={app} app={app} />;
  if (phase === 'failed')
    return (
      <div className={list.slate} role="alert">
        <BlankSlate
          title={t('failedTitle')}
          text={problem?.message ?? t('unreachable')}
          action={
            <span className={css.ways}>
              <Button onPress={() => void previewMapping()}>{t('tryAgain')}</Button>
              <Button kind="plain" onPress={() => askForMappingRoot(app)}>
                {t('otherFolder')}
              </Button>
            </span>
          }
        />
      </div>
    );
  if (!hasPlan)
    return (
      <p className={css.reading} role="status">
        {t('reading')} <PathText path={root} maxCharacters={64} />
      </p>
    );
  return (
    <>
      <PlanPanes />
      <PlanDeck />
    </>
  );
}
