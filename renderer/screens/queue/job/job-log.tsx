import { useTranslations } from 'use-intl';
import type { JobEvent } from '../../../../core/contract/jobs/job-event.ts';
import { useApp } from '../../../app-context.tsx';
import { useWords } from '../../../ui/use-words.ts';
import css from './job-pane.module.css';

/** What happened to a job, line by line. */
export function JobLog({ jobId }: { readonly jobId: string }) {
  const t = useTranslations('queue');
  const { clock, moment } = useWords();
  const events = useApp((state) => state.jobEvents[jobId]);
  const said = useEventWords();
  if (!events) return null;
  return (
    <section className={css.log}>
      <h3>{t('happened')}</h3>
      <ol>
        {events.map((event) => {
          const words = said(event);
          return (
            words !== null && (
              <li key={event.sequence} data-level={event.level}>
                <time dateTime={event.at} title={moment(event.at)}>
                  {clock(event.at)}
                </time>
                <span>{words}</span>
              </li>
            )
          );
        })}
      </ol>
    </section>
  );
}

/** An event in words; null for one whose next line says the same. */
function useEventWords() {
  const t = useTranslations('queue');
  return ({ code, step, payload }: JobEvent): string | null => {
    switch (code) {
      case 'job.queued':
        return t(typeof payload.retry_of === 'string' ? 'event_queuedAgain' : 'event_queued');
      case 'job.paused':
        return t('event_paused');
      case 'step.start':
        return t(step === 'upscale' ? 'event_startUpscale' : 'event_start');
      case 'artifact.written': {
        const number = Number(payload.item_index) + 1;
        if (step === 'upscale') return t('event_enlarged', { number });
        return t('event_picture', { number, seed: String(payload.seed ?? '') });
      }
      case 'error':
        return String(payload.message ?? '');
      case 'step.finish':
        return null;
      case 'job.finish':
        return payload.status === 'succeeded'
          ? t('event_succeeded')
          : t(payload.status === 'canceled' ? 'event_canceled' : 'event_failed');
    }
  };
}
