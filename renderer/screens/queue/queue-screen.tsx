import { Check, RotateCcw, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import { isTerminal, type Job } from '../../../core/contract/job.ts';
import { useActions, useApp } from '../../app-context.tsx';
import { endedJobs, previewOf, runningJob, waitingJobs } from '../../store/selectors.ts';
import { BlankSlate } from '../../ui/blank-slate.tsx';
import { Button, Tool } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/health-glyph.tsx';
import { ProgressLine } from '../../ui/progress.tsx';
import { EmptyStill, PictureStill } from '../../ui/still.tsx';
import { useWords } from '../../ui/use-words.ts';
import list from '../list-screen.module.css';
import css from './queue-screen.module.css';

export function QueueScreen() {
  const t = useTranslations('queue');
  const { navigate } = useActions();
  const running = useApp(runningJob);
  const waiting = useApp(useShallow(waitingJobs));
  const ended = useApp(useShallow(endedJobs));
  const isReady = useApp((state) => state.isReady);
  const isEmpty = !running && waiting.length === 0 && ended.length === 0;
  return (
    <section className={list.content}>
      <div className={list.head}>
        <h1>{t('title')}</h1>
        {!isEmpty && <p className={list.lede}>{t('lede', { running: running ? 1 : 0, waiting: waiting.length })}</p>}
      </div>
      {isEmpty && isReady ? (
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
        <div className={list.scroll}>
          {running && (
            <Band title={t('running')}>
              <JobRow job={running} />
            </Band>
          )}
          {waiting.length > 0 && (
            <Band title={t('waiting')} count={waiting.length}>
              {waiting.map((job) => (
                <JobRow key={job.id} job={job} />
              ))}
            </Band>
          )}
          {ended.length > 0 && (
            <Band title={t('done')} count={ended.length}>
              {ended.map((job) => (
                <JobRow key={job.id} job={job} />
              ))}
            </Band>
          )}
        </div>
      )}
    </section>
  );
}

function Band({
  title,
  count,
  children,
}: {
  readonly title: string;
  readonly count?: number;
  readonly children: ReactNode;
}) {
  const { number } = useWords();
  return (
    <>
      <h2 className={css.band} style={{ font: 'var(--text-body)', fontWeight: 'var(--weight-strong)' }}>
        {title}
        {count !== undefined && <span>{number(count)}</span>}
      </h2>
      <ul>{children}</ul>
    </>
  );
}

function JobRow({ job }: { readonly job: Job }) {
  const t = useTranslations('queue');
  const { cancelJob, retryJob, showJob } = useActions();
  const model = useApp((state) =>
    job.request.model_id === undefined ? undefined : state.models[job.request.model_id],
  );
  const preview = useApp((state) => previewOf(state, job, job.progress?.item_index ?? 0));
  const hasEnded = isTerminal(job.status);
  const last = job.artifacts.at(-1);
  const { width, height, count } = job.request;
  const facts = { model: model?.name ?? job.request.model_id ?? t('starter'), count };
  const size = hasEnded ? 40 : 56;
  return (
    <li className={css.job} data-ended={hasEnded || undefined}>
      <span className={css.mark}>
        {job.status === 'succeeded' && <Check />}
        {job.status === 'failed' && <HealthGlyph state="invalid" />}
        {job.status === 'canceled' && <HealthGlyph state="offline" />}
      </span>
      <button type="button" className={css.still} aria-label={t('show')} onClick={() => showJob(job.id)}>
        {last ? (
          <PictureStill artifact={last} size={size} alt="" />
        ) : (
          <EmptyStill size={size}>{preview !== null && <img src={preview} alt="" />}</EmptyStill>
        )}
      </button>
      <div className={css.words}>
        <p className={css.what}>{job.request.prompt || t('noPrompt')}</p>
        <p className={css.facts}>
          {width !== undefined && height !== undefined
            ? t('what', { ...facts, width, height })
            : t('whatNoSize', facts)}
          {job.origin !== 'window' && `, ${t(`origin_${job.origin}`)}`}
        </p>
      </div>
      <When job={job} />
      <span className={css.tools}>
        {hasEnded ? (
          <Tool label={t('again')} onPress={() => void retryJob(job.id)}>
            <RotateCcw />
          </Tool>
        ) : (
          <Tool label={t('cancel')} onPress={() => void cancelJob(job.id)}>
            <X />
          </Tool>
        )}
      </span>
    </li>
  );
}

function When({ job }: { readonly job: Job }) {
  const t = useTranslations();
  const { duration, time, timeLeft } = useWords();
  const { progress } = job;
  if (job.status === 'running' && progress)
    return (
      <div className={css.when}>
        <p className={css.steps}>
          <b>
            {progress.stage === 'denoise'
              ? t('generate.step', { step: progress.step, steps: progress.step_count })
              : t(`status.stage_${progress.stage}`)}
          </b>
          {progress.eta_ms !== null && <span>{t('generate.left', { time: timeLeft(progress.eta_ms) })}</span>}
        </p>
        <ProgressLine label={t('queue.running')} fraction={progress.fraction} />
      </div>
    );
  if (job.status === 'failed')
    return (
      <p className={css.when} data-bad>
        {job.failure?.message}
      </p>
    );
  const at = time(job.updated_at);
  return (
    <p className={css.when}>
      {job.status === 'succeeded' && t('queue.took', { at, time: duration(job.timings?.total_ms ?? 0) })}
      {job.status === 'canceled' && t('queue.canceledAt', { at })}
    </p>
  );
}
