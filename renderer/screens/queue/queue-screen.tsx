import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import { useActions, useApp } from '../../app-context.tsx';
import { lineGuessMs } from '../../store/queue/time-guess.ts';
import { Button } from '../../ui/button.tsx';
import { BlankSlate } from '../../ui/display/blank-slate.tsx';
import { useWords } from '../../ui/use-words.ts';
import list from '../list-screen.module.css';
import { ClearDialog } from './clear-dialog.tsx';
import { JobPane } from './job/job-pane.tsx';
import { QueueList } from './list/queue-list.tsx';
import css from './queue-screen.module.css';

/** What runs, what waits and what was done, whichever door it came through; beside it the chosen job. */
export function QueueScreen() {
  const t = useTranslations('queue');
  const { navigate } = useActions();
  const isEmpty = useApp(
    ({ line, history }) => line?.running_job_id === null && line.waiting.length === 0 && history.total === 0,
  );
  return (
    <>
      <section className={list.content}>
        <div className={list.head}>
          <h1>{t('title')}</h1>
          <Lede />
        </div>
        {isEmpty ? (
          <div className={list.slate}>
            <BlankSlate
              title={t('emptyTitle')}
              text={t('emptyText')}
              action={
                <Button kind="next" onPress={() => navigate('generate')}>
                  {t('emptyAction')}
                </Button>
              }
            />
          </div>
        ) : (
          <QueueList />
        )}
      </section>
      <JobPane />
      <ClearDialog />
    </>
  );
}

function Lede() {
  const t = useTranslations('queue');
  const { duration } = useWords();
  const [state, running, waiting] = useApp(
    useShallow(({ line }) => [line?.state ?? null, line?.running_job_id ? 1 : 0, line?.waiting.length ?? 0] as const),
  );
  const guessMs = useApp(({ line, jobs }) => {
    if (line === null) return null;
    const guess = lineGuessMs(jobs, [...(line.running_job_id ? [line.running_job_id] : []), ...line.waiting]);
    // To the second: what comes in more often would be painted for nothing.
    return guess === null ? null : Math.max(1000, Math.round(guess / 1000) * 1000);
  });
  if (state === null) return null;
  return (
    <p className={list.lede}>
      {state !== 'running' && <b className={css.paused}>{t(state === 'paused' ? 'isPaused' : 'isPausing')}</b>}
      {t('lede', { running, waiting })}
      {guessMs !== null && t('inAll', { time: duration(guessMs) })}
    </p>
  );
}
