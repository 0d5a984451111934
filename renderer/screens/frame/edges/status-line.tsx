import { Info } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { RunnerStatus } from '../../../../core/contract/generate/runner.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { fractionOf } from '../../../store/add/add-plan.ts';
import { runningJob } from '../../../store/selectors.ts';
import { HealthGlyph } from '../../../ui/display/health-glyph.tsx';
import { ProgressRing } from '../../../ui/display/progress.tsx';
import { useWords } from '../../../ui/use-words.ts';
import css from './status-line.module.css';

export function StatusLine() {
  const t = useTranslations('status');
  const { bytes } = useWords();
  const runner = useApp((state) => state.status?.runner ?? null);
  const connection = useApp((state) => state.connection);
  const models = useApp((state) => state.counts.all);
  const isReady = useApp((state) => state.isReady);
  return (
    <footer className={css.status}>
      {runner && (
        <>
          <span>
            <HealthGlyph state={runner.state === 'ready' || runner.state === 'busy' ? 'valid' : 'offline'} />
            {t(`runner_${runner.state}`)}
          </span>
          {runner.kind === 'fake' && (
            <span className={css.fake} title={t('fakeMeans')}>
              {t('fake')}
            </span>
          )}
          {runner.provider !== null && <RunsOn runner={runner} provider={runner.provider} />}
          {runner.memory_bytes !== null && <span>{t('memory', { size: bytes(runner.memory_bytes) })}</span>}
        </>
      )}
      <span className={css.grow}>
        <WhatRuns />
      </span>
      <WhatComesIn />
      {connection === 'lost' && (
        <span className={css.lost} role="status">
          <HealthGlyph state="invalid" />
          {t('lost')}
        </span>
      )}
      {isReady && <span className={css.faint}>{t('models', { count: models })}</span>}
    </footer>
  );
}

/** What the last run was on; where there is a reason that it was not another, a press leads to it. */
function RunsOn({ runner, provider }: { readonly runner: RunnerStatus; readonly provider: string }) {
  const t = useTranslations('status');
  const words = useWords();
  const { navigate } = useActions();
  const said = t('provider', { provider: words.provider(provider), threads: runner.threads ?? 0 });
  if (runner.provider_note == null) return <span>{said}</span>;
  return (
    <button type="button" className={css.task} title={runner.provider_note} onClick={() => navigate('settings')}>
      {said}
      <Info />
      <span className="visually-hidden">{t('providerWhy')}</span>
    </button>
  );
}

function WhatRuns() {
  const t = useTranslations('status');
  const progress = useApp((state) => runningJob(state)?.progress ?? null);
  if (!progress) return null;
  if (progress.stage !== 'denoise') return t(`stage_${progress.stage}`);
  return t('step', {
    item: progress.item_index + 1,
    items: progress.item_count,
    step: progress.step,
    steps: progress.step_count,
  });
}

/** An import that goes on behind the screen; a press shows it. */
function WhatComesIn() {
  const t = useTranslations('status');
  const { number } = useWords();
  const { openAdd } = useActions();
  const task = useApp(
    (state) =>
      Object.values(state.tasks).find(({ kind, state: now }) => kind === 'import' && now === 'running') ?? null,
  );
  if (!task) return null;
  return (
    <button type="button" className={css.task} onClick={openAdd}>
      <ProgressRing label={t('importing')} fraction={fractionOf(task)} />
      {t('adding', { done: number(task.results.length), count: number(task.item_count) })}
    </button>
  );
}
