import { Copy, Ellipsis, X } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { isTerminal, type Job } from '../../../../core/contract/jobs/job.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { previewOf } from '../../../store/selectors.ts';
import { Button, Tool, ToolTrigger } from '../../../ui/button.tsx';
import { FindingPanel } from '../../../ui/display/finding-panel.tsx';
import { EmptyStill, PictureStill } from '../../../ui/display/still.tsx';
import { Menu, type MenuEntry } from '../../../ui/menu.tsx';
import { useWords } from '../../../ui/use-words.ts';
import { SidePane } from '../../side-pane.tsx';
import { useChosenJobId } from '../use-chosen-job.ts';
import { JobLog } from './job-log.tsx';
import css from './job-pane.module.css';
import { useJobFacts } from './use-job-facts.ts';

/** The chosen job: its pictures, what it was asked for, and what happened to it. */
export function JobPane() {
  const t = useTranslations('queue');
  const chosenId = useChosenJobId();
  const job = useApp((state) => (chosenId === null ? undefined : state.jobs[chosenId]));
  const isOpen = useApp((state) => state.isJobPaneOpen);
  const { loadJobEvents } = useActions();
  const id = job?.id;
  const changedAt = job?.updated_at;
  useEffect(() => {
    if (id !== undefined && changedAt !== undefined && isOpen) void loadJobEvents(id);
  }, [id, changedAt, isOpen, loadJobEvents]);
  if (!job || !isOpen) return null;
  return (
    <SidePane label={t('details')} foot={<Deeds job={job} />}>
      <Pictures job={job} />
      <Asked job={job} />
      <Facts job={job} />
      <JobLog jobId={job.id} />
    </SidePane>
  );
}

const shownPictures = 8;

function Pictures({ job }: { readonly job: Job }) {
  const t = useTranslations();
  const { selectInStudio, navigate } = useActions();
  const at = job.progress?.item_index ?? job.artifacts.length;
  const preview = useApp((state) => previewOf(state, job, at));
  const made = job.artifacts;
  const wanted = isTerminal(job.status) ? made.length : Math.max(job.request.count, made.length);
  const shown = Math.min(shownPictures, wanted);
  if (shown === 0) return null;
  const places = Array.from({ length: shown }, (_, index) => ({
    key: made[index]?.id ?? `place ${index}`,
    index,
    artifact: made[index],
  }));
  return (
    <div className={css.pictures} data-one={shown === 1 || undefined}>
      {places.map(({ key, index, artifact }) => {
        if (artifact)
          return (
            <button
              key={key}
              type="button"
              aria-label={t('queue.openPicture', { number: index + 1 })}
              onClick={() => {
                selectInStudio({ kind: 'picture', pictureId: artifact.id });
                navigate('generate');
              }}
            >
              <PictureStill artifact={artifact} alt="" />
            </button>
          );
        return (
          <EmptyStill key={key}>
            {index === made.length && preview !== null ? (
              <img src={preview} alt={t('generate.forming')} />
            ) : (
              <span className={css.soon}>{index + 1}</span>
            )}
          </EmptyStill>
        );
      })}
      {wanted > shown && <p className={css.more}>{t('queue.morePictures', { count: wanted - shown })}</p>}
    </div>
  );
}

function Asked({ job }: { readonly job: Job }) {
  const t = useTranslations('queue');
  const { closeJobPane, copyText } = useActions();
  const { title } = useJobFacts(job);
  const { negative_prompt } = job.request;
  return (
    <div className={css.asked}>
      <div>
        <p className={css.prompt}>{title}</p>
        {negative_prompt !== '' && <p className={css.without}>{t('without', { words: negative_prompt })}</p>}
        <p className={css.id}>
          <bdi dir="ltr" title={job.id}>
            {job.id}
          </bdi>
          <Tool label={t('copyId')} onPress={() => void copyText(job.id, t('copiedId'))}>
            <Copy />
          </Tool>
        </p>
      </div>
      <Tool label={t('close')} onPress={closeJobPane}>
        <X />
      </Tool>
    </div>
  );
}

function Facts({ job }: { readonly job: Job }) {
  const t = useTranslations();
  const { duration, number, moment, failed, provider: providerName } = useWords();
  const { model } = useJobFacts(job);
  const { request, origin, timings, provider, failure, task_id, chain } = job;
  const size = request.width !== undefined && request.height !== undefined;
  const automatic = request.sampler === 'Automatic' && request.scheduler === 'Automatic';
  const facts: readonly (readonly [string, string | null])[] = [
    [t('queue.model'), model],
    [
      t('queue.size'),
      size
        ? t('queue.sizeValue', { width: request.width ?? 0, height: request.height ?? 0, count: request.count })
        : t('queue.picturesValue', { count: request.count }),
    ],
    [
      t('queue.sampler'),
      [
        automatic
          ? t('generate.automatic')
          : [request.sampler, request.scheduler].filter((name) => name !== 'Automatic').join(', '),
        ...(request.steps === undefined ? [] : [t('queue.stepsValue', { count: request.steps })]),
      ].join(', '),
    ],
    [t('queue.guidance'), request.guidance_scale === undefined ? null : number(request.guidance_scale)],
    [t('queue.seed'), request.seed < 0 ? null : String(request.seed)],
    [t('queue.afterwards'), chain ? t('queue.stepUpscale', { scale: String(chain.upscale.scale) }) : null],
    [t('queue.from'), t(`queue.origin_${origin}`)],
    [t('queue.taskId'), task_id ?? null],
    [t('queue.asked'), moment(job.created_at)],
    [
      t('queue.ran'),
      timings && provider !== null
        ? t('queue.ranValue', { time: duration(timings.total_ms), provider: providerName(provider) })
        : null,
    ],
  ];
  return (
    <>
      {failure && (
        <div className={css.finding}>
          <FindingPanel
            state="invalid"
            what={t('generate.failedTitle')}
            mends={[failed(failure)]}
            code={failure.code}
            actions={<Smaller job={job} />}
          />
        </div>
      )}
      <dl className={css.facts}>
        {facts.map(
          ([name, value]) =>
            value !== null && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </>
  );
}

/** Half the size is a quarter of the memory: offered where there was not enough. */
function Smaller({ job }: { readonly job: Job }) {
  const t = useTranslations('queue');
  const { runSmaller } = useActions();
  const { width = 0, height = 0 } = job.request;
  if (job.failure?.code !== 'oom' || Math.min(width, height) < 512) return null;
  const half = (side: number) => Math.round(side / 128) * 64;
  return (
    <Button size="small" onPress={() => void runSmaller(job, half(width), half(height))}>
      {t('trySmaller', { width: half(width), height: half(height) })}
    </Button>
  );
}

function Deeds({ job }: { readonly job: Job }) {
  const t = useTranslations();
  const { cancelJob, runAgain, removeJob, moveJob, useSettings: takeSettings, navigate, copyText } = useActions();
  const waiting = useApp((state) => state.line?.waiting) ?? [];
  const [last] = job.artifacts.slice(-1);
  const hasEnded = isTerminal(job.status);
  const place = waiting.indexOf(job.id);
  const entries: readonly MenuEntry[] = [
    ...(place > 0
      ? [
          { id: 'first', text: t('queue.moveFirst') },
          { id: 'up', text: t('queue.moveUp') },
        ]
      : []),
    ...(place >= 0 && place < waiting.length - 1
      ? [
          { id: 'down', text: t('queue.moveDown') },
          { id: 'last', text: t('queue.moveLast') },
        ]
      : []),
    ...(last
      ? [
          { id: 'use', text: t('generate.use') },
          { id: 'copy', text: t('generate.copyInfo') },
        ]
      : []),
    ...(hasEnded
      ? [{ id: 'remove', text: t('queue.remove'), kind: 'danger' as const, isApart: last !== undefined }]
      : []),
    ...(hasEnded ? [] : [{ id: 'again', text: t('queue.duplicate'), isApart: place >= 0 && waiting.length > 1 }]),
  ];
  const acts: Readonly<Record<string, () => void>> = {
    first: () => void moveJob(job.id, 0),
    up: () => void moveJob(job.id, place - 1),
    down: () => void moveJob(job.id, place + 1),
    last: () => void moveJob(job.id, waiting.length - 1),
    again: () => void runAgain(job),
    remove: () => void removeJob(job.id),
    use: () => {
      if (!last) return;
      void takeSettings(last);
      navigate('generate');
    },
    copy: () => last && void copyText(last.infotext, t('generate.copiedInfo')),
  };
  return (
    <>
      <Menu
        label={t('queue.more')}
        trigger={
          <ToolTrigger label={t('queue.more')}>
            <Ellipsis />
          </ToolTrigger>
        }
        entries={entries}
        onAction={(id) => acts[id]?.()}
      />
      {hasEnded ? (
        <Button onPress={() => void runAgain(job)}>{t('queue.again')}</Button>
      ) : (
        <Button onPress={() => void cancelJob(job.id)}>{t('queue.cancelJob')}</Button>
      )}
    </>
  );
}
