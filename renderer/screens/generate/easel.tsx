import { ArrowDownLeft, FolderOpen, Info } from 'lucide-react';
import type { CSSProperties, ReactNode } from 'react';
import { Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import type { Artifact, Job } from '../../../core/contract/job.ts';
import type { ModelSummary } from '../../../core/contract/model.ts';
import { useActions, useApp } from '../../app-context.tsx';
import { draftModel, easelOf } from '../../store/selectors.ts';
import { BlankSlate } from '../../ui/blank-slate.tsx';
import { Button, Tool, ToolTrigger } from '../../ui/button.tsx';
import { ProgressLine } from '../../ui/progress.tsx';
import { FakeMark, ModelStill } from '../../ui/still.tsx';
import { useWords } from '../../ui/use-words.ts';
import css from './easel.module.css';
import { FailurePanel } from './failure-panel.tsx';

/** The picture takes the room that prompt and caption leave, in its own shape. */
export function Easel() {
  const easel = useApp(useShallow(easelOf));
  const model = useApp(draftModel);
  const isReady = useApp((state) => state.isReady);
  return (
    <div className={css.easel}>
      {easel.kind === 'forming' && <Forming job={easel.job} preview={easel.preview} />}
      {easel.kind === 'waiting' && <Waiting job={easel.job} />}
      {easel.kind === 'picture' && <Picture artifact={easel.artifact} job={easel.job} />}
      {easel.kind === 'failed' && (
        <div className={css.failure}>
          <FailurePanel job={easel.job} />
        </div>
      )}
      {easel.kind === 'empty' && isReady && (model ? <Empty model={model} /> : <NoModel />)}
    </div>
  );
}

function Figure({
  width,
  height,
  children,
  under,
}: {
  readonly width: number;
  readonly height: number;
  readonly children?: ReactNode;
  readonly under: ReactNode;
}) {
  return (
    <figure className={css.figure} style={{ '--aspect': String(width / height) } as CSSProperties}>
      <span className={css.canvas}>{children}</span>
      {under}
    </figure>
  );
}

function Forming({ job, preview }: { readonly job: Job; readonly preview: string | null }) {
  const t = useTranslations();
  const { timeLeft } = useWords();
  const { progress } = job;
  const isStepping = progress?.stage === 'denoise' && progress.step > 0;
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
              {isStepping
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
              <span className={css.faint}>
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

function Waiting({ job }: { readonly job: Job }) {
  const t = useTranslations('generate');
  return (
    <Figure
      width={job.request.width ?? 1}
      height={job.request.height ?? 1}
      under={
        <figcaption className={css.under}>
          <b>{t('waiting')}</b>
        </figcaption>
      }
    />
  );
}

function Picture({ artifact, job }: { readonly artifact: Artifact; readonly job: Job | null }) {
  const t = useTranslations('generate');
  const { pictureUrl, reveal, canReveal, useSettings: takeSettings } = useActions();
  const { duration } = useWords();
  const seed = artifact.seed === null ? '' : String(artifact.seed);
  return (
    <Figure
      width={artifact.width}
      height={artifact.height}
      under={
        <figcaption className={css.under}>
          <b>{t('seedValue', { seed })}</b>
          <span className={css.rare}>{t('dimensions', { width: artifact.width, height: artifact.height })}</span>
          {job?.timings && (
            <span className={`${css.faint} ${css.rare}`}>
              {t('took', { time: duration(job.timings.total_ms / Math.max(1, job.artifacts.length)) })}
            </span>
          )}
          <span className={css.grow} />
          <span className={css.tools}>
            <Settings infotext={artifact.infotext} />
            {canReveal && (
              <Tool label={t('reveal')} onPress={() => void reveal(artifact.path)}>
                <FolderOpen />
              </Tool>
            )}
            <Button kind="plain" size="small" onPress={() => void takeSettings(artifact)}>
              {t('use')}
            </Button>
          </span>
        </figcaption>
      }
    >
      <img src={pictureUrl(artifact)} alt={job?.request.prompt ?? t('picture', { seed })} />
      {artifact.is_fake && <FakeMark />}
    </Figure>
  );
}

function Settings({ infotext }: { readonly infotext: string }) {
  const t = useTranslations('generate');
  const { copyText } = useActions();
  return (
    <DialogTrigger>
      <ToolTrigger label={t('info')}>
        <Info />
      </ToolTrigger>
      <Popover placement="top end" offset={6}>
        <Dialog className={css.info ?? ''} aria-label={t('info')}>
          <pre className={css.infotext}>{infotext}</pre>
          <div className={css.infoFoot}>
            <Button size="small" onPress={() => void copyText(infotext, t('copiedInfo'))}>
              {t('copyInfo')}
            </Button>
          </div>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Empty({ model }: { readonly model: ModelSummary }) {
  const t = useTranslations('generate');
  const { setDraft } = useActions();
  const prompts = model.generation_defaults?.example_prompts ?? [];
  return (
    <div className={`${css.slate} ${css.opening}`}>
      <div className={css.face}>
        <ModelStill model={model} />
      </div>
      <div>
        <BlankSlate title={t('emptyTitle')} text={prompts.length > 0 ? t('emptyText') : t('emptyPlain')} />
        <div className={css.examples}>
          {prompts.slice(0, 4).map((prompt) => (
            <button key={prompt} type="button" className={css.example} onClick={() => setDraft({ prompt })}>
              <ArrowDownLeft />
              {prompt}
            </button>
          ))}
        </div>
      </div>
    </div>
  );
}

function NoModel() {
  const t = useTranslations('generate');
  const { openAdd } = useActions();
  return (
    <div className={css.slate}>
      <BlankSlate
        title={t('noneTitle')}
        text={t('noneText')}
        action={
          <Button kind="next" onPress={openAdd}>
            {t('noneAction')}
          </Button>
        }
      />
    </div>
  );
}
