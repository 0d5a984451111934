import { useTranslations } from 'use-intl';
import type { Job } from '../../../../core/contract/jobs/job.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { runningJob } from '../../../store/selectors.ts';
import { Button } from '../../../ui/button.tsx';
import { ProgressLine } from '../../../ui/display/progress.tsx';
import { useWords } from '../../../ui/use-words.ts';
import css from './easel.module.css';
import { Figure } from './figure.tsx';

interface FormingProps {
  readonly job: Job;
  readonly preview: string | null;
}

/** The picture itself forms, with step and time left in one line under it. */
export function Forming({ job, preview }: FormingProps) {
  const t = useTranslations();
  const { timeLeft } = useWords();
  const { progress } = job;
  const isStepping = progress?.stage === 'denoise' && progress.step > 0;
  const isUpscaling = job.steps.some(({ name, status }) => name === 'upscale' && status === 'running');
  return (
    <Figure
      width={job.request.width ?? 1}
      height={job.request.height ?? 1}
      under={
        <>
          <div className={css.progress}>
            <ProgressLine label={t('generate.forming')} fraction={progress?.fraction ?? 0} />
          </div>
          <figcaption className={css.under}>
            <b>
              {isUpscaling
                ? t('generate.upscaling')
                : isStepping
                  ? t('generate.step', { step: progress.step, steps: progress.step_count })
                  : t(`status.stage_${progress?.stage ?? 'load'}`)}
            </b>
            {progress?.eta_ms != null && <span>{t('generate.left', { time: timeLeft(progress.eta_ms) })}</span>}
            <span className={css.grow} />
            {progress && progress.item_count > 1 && (
              <span className={css.faint}>
                {t('generate.item', { item: progress.item_index + 1, items: progress.item_count })}
              </span>
            )}
            {job.request.seed >= 0 && (
              <span className={`${css.faint} ${css.rare}`}>
                {t('generate.seedValue', { seed: String(job.request.seed + (progress?.item_index ?? 0)) })}
              </span>
            )}
          </figcaption>
        </>
      }
    >
      {preview !== null && <img src={preview} alt={t('generate.forming')} />}
    </Figure>
  );
}

export function Waiting({ job }: { readonly job: Job }) {
  const t = useTranslations('generate');
  const { cancelJob } = useActions();
  const isBehind = useApp((state) => runningJob(state) !== null);
  return (
    <Figure
      width={job.request.width ?? 1}
      height={job.request.height ?? 1}
      under={
        <figcaption className={css.under}>
          <b>{t('waiting')}</b>
          <span className={`${css.words} ${css.rare}`}>{job.request.prompt}</span>
          <span className={css.grow} />
          {isBehind && (
            <Button kind="plain" size="small" onPress={() => void cancelJob(job.id)}>
              {t('cancelWaiting')}
            </Button>
          )}
        </figcaption>
      }
    />
  );
}
