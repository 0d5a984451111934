import { ChevronRight } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { Job } from '../../../../core/contract/jobs/job.ts';
import { useApp } from '../../../app-context.tsx';
import { timeGuessMs } from '../../../store/queue/time-guess.ts';
import { ProgressLine } from '../../../ui/display/progress.tsx';
import { useWords } from '../../../ui/use-words.ts';
import css from './job-when.module.css';

/** How far a job is, how long it will take, or when it ended. */
export function JobWhen({ job }: { readonly job: Job }) {
  const t = useTranslations('queue');
  const { duration, time, day, moment, failed } = useWords();
  if (job.status === 'running') return <Underway job={job} />;
  if (job.status === 'queued') return <Waits job={job} />;
  if (job.status === 'failed')
    return (
      <p className={css.bad} title={job.failure ? failed(job.failure) : undefined}>
        {job.failure && failed(job.failure)}
      </p>
    );
  const at = isToday(job.updated_at) ? time(job.updated_at) : `${day(job.updated_at)} ${time(job.updated_at)}`;
  return (
    <p title={moment(job.updated_at)}>
      {job.status === 'canceled' && t('canceledAt', { at })}
      {job.status === 'succeeded' && (job.timings ? t('took', { at, time: duration(job.timings.total_ms) }) : at)}
    </p>
  );
}

function Underway({ job }: { readonly job: Job }) {
  const t = useTranslations();
  const { timeLeft } = useWords();
  const { progress } = job;
  return (
    <>
      <p className={css.steps}>
        <b>
          {progress?.stage === 'denoise'
            ? t('generate.step', { step: progress.step, steps: progress.step_count })
            : t(`status.stage_${progress?.stage ?? 'load'}`)}
        </b>
        {progress && progress.eta_ms !== null && <span>{t('generate.left', { time: timeLeft(progress.eta_ms) })}</span>}
      </p>
      <ProgressLine label={t('queue.running')} fraction={progress?.fraction ?? 0} />
      <Chain job={job} />
    </>
  );
}

function Waits({ job }: { readonly job: Job }) {
  const t = useTranslations('queue');
  const { timeLeft, number } = useWords();
  const guessMs = useApp((state) => timeGuessMs(Object.values(state.jobs), job));
  return (
    <>
      {guessMs !== null && <p>{t('about', { time: timeLeft(guessMs) })}</p>}
      {job.artifacts.length > 0 && (
        <p className={css.faint}>
          {t('doneSoFar', { done: number(job.artifacts.length), count: number(job.request.count) })}
        </p>
      )}
      {job.origin !== 'window' && <p className={css.faint}>{t(`origin_${job.origin}`)}</p>}
      <Chain job={job} />
    </>
  );
}

/** The steps of a job that has more than one; the one it is at stands out. */
function Chain({ job }: { readonly job: Job }) {
  const t = useTranslations('queue');
  if (job.steps.length < 2) return null;
  const scale = job.chain?.upscale.scale ?? 2;
  return (
    <p className={css.chain}>
      {job.steps.map(({ name, status }, index) => (
        <span key={name} data-now={status === 'running' || undefined}>
          {index > 0 && <ChevronRight />}
          {name === 'generate' ? t('stepGenerate') : t('stepUpscale', { scale: String(scale) })}
        </span>
      ))}
    </p>
  );
}

function isToday(iso: string): boolean {
  return new Date(iso).toDateString() === new Date().toDateString();
}
