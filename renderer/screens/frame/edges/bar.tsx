import { Plus, Search } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../../app-context.tsx';
import { runningJob, waitingJobs } from '../../../store/selectors.ts';
import { Button } from '../../../ui/button.tsx';
import { HealthDeeds } from '../../health/health-deeds.tsx';
import { MappingsDeeds } from '../../mappings/mappings-deeds.tsx';
import { QueueDeeds } from '../../queue/queue-deeds.tsx';
import { searchFieldId } from '../use-shortcuts.ts';
import css from './bar.module.css';

export function Bar() {
  const t = useTranslations('bar');
  const { openAdd } = useActions();
  const screen = useApp((state) => state.screen);
  const waiting = useApp((state) => (runningJob(state) ? waitingJobs(state).length : 0));
  return (
    <header className={css.bar}>
      <SearchField />
      <span className={css.grow} />
      {screen === 'generate' && waiting > 0 && <span className={css.waiting}>{t('waiting', { count: waiting })}</span>}
      {screen === 'models' && (
        <Button onPress={openAdd}>
          <Plus />
          {t('addModels')}
        </Button>
      )}
      {screen === 'queue' && <QueueDeeds />}
      {screen === 'mappings' && <MappingsDeeds />}
      {screen === 'health' && <HealthDeeds />}
    </header>
  );
}

/** Alone, as what is typed changes nothing else in the bar. */
function SearchField() {
  const t = useTranslations('bar');
  const { search, setFilter } = useActions();
  const query = useApp((state) => state.listing.filter.query);
  return (
    <label className={css.search}>
      <Search />
      <input
        id={searchFieldId}
        type="search"
        aria-label={t('search')}
        placeholder={t('search')}
        value={query}
        maxLength={1000}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => search(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          if (query === '') event.currentTarget.blur();
          else setFilter({ query: '' });
        }}
      />
      <kbd>/</kbd>
    </label>
  );
}
