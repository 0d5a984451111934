import { Check, ChevronUp, GripVertical, RotateCcw, X } from 'lucide-react';
import type { CSSProperties, PointerEventHandler } from 'react';
import { useTranslations } from 'use-intl';
import { isTerminal, type Job } from '../../../../core/contract/jobs/job.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import type { Band } from '../../../store/queue/queue-rows.ts';
import { previewOf } from '../../../store/selectors.ts';
import { RowTool } from '../../../ui/button.tsx';
import { HealthGlyph } from '../../../ui/display/health-glyph.tsx';
import { EmptyStill, PictureStill } from '../../../ui/display/still.tsx';
import { JobWhen } from '../job/job-when.tsx';
import { useJobFacts } from '../job/use-job-facts.ts';
import css from './job-row.module.css';

export interface GripHandlers {
  readonly onPointerDown: PointerEventHandler<HTMLElement>;
  readonly onPointerMove: PointerEventHandler<HTMLElement>;
  readonly onPointerUp: PointerEventHandler<HTMLElement>;
  readonly onPointerCancel: PointerEventHandler<HTMLElement>;
}

interface JobRowProps {
  readonly job: Job;
  readonly band: Band;
  readonly rowIndex: number;
  /** From the top of the list, in px. */
  readonly start: number;
  readonly isDragged: boolean;
  /** Some row is dragged: the others make room. */
  readonly isSliding: boolean;
  readonly isChosen: boolean;
  readonly grip: GripHandlers | null;
  readonly onMoveUp: (() => void) | null;
}

export function JobRow(props: JobRowProps) {
  const { job, band, rowIndex, start, isDragged, isSliding, isChosen, grip, onMoveUp } = props;
  const t = useTranslations('queue');
  const { title, facts } = useJobFacts(job);
  return (
    <tr
      id={`job-${job.id}`}
      aria-rowindex={rowIndex + 1}
      aria-selected={isChosen}
      data-job-id={job.id}
      className={css.job}
      data-band={band}
      data-dragged={isDragged || undefined}
      data-sliding={isSliding || undefined}
      style={{ transform: `translateY(${start}px)` }}
    >
      <td className={css.mark}>
        {grip && (
          <span className={css.grip} title={t('drag')} {...grip}>
            <GripVertical />
          </span>
        )}
        {job.status === 'succeeded' && <Check />}
        {job.status === 'failed' && <HealthGlyph state="invalid" />}
        {job.status === 'canceled' && <HealthGlyph state="offline" />}
        <span className="visually-hidden">{t(`status_${job.status}`)}</span>
      </td>
      <td>
        <JobStill job={job} size={band === 'ended' ? 40 : 56} />
      </td>
      <td className={css.words}>
        <p className={css.what} title={title}>
          {title}
        </p>
        <p className={css.facts}>{facts}</p>
      </td>
      <td className={css.when}>
        <JobWhen job={job} />
      </td>
      <td className={css.tools}>
        <RowTools job={job} onMoveUp={onMoveUp} />
      </td>
    </tr>
  );
}

function RowTools({ job, onMoveUp }: { readonly job: Job; readonly onMoveUp: (() => void) | null }) {
  const t = useTranslations('queue');
  const { cancelJob, runAgain } = useActions();
  if (isTerminal(job.status))
    return (
      <RowTool label={t('again')} onPress={() => void runAgain(job)}>
        <RotateCcw />
      </RowTool>
    );
  return (
    <>
      {onMoveUp && (
        <RowTool label={t('moveUp')} onPress={onMoveUp}>
          <ChevronUp />
        </RowTool>
      )}
      <RowTool label={t('cancel')} onPress={() => void cancelJob(job.id)}>
        <X />
      </RowTool>
    </>
  );
}

const frameSides = { 40: 20, 56: 32 } as const;

/** The last picture, the one that forms, or a frame of the size that it will have. */
function JobStill({ job, size }: { readonly job: Job; readonly size: 40 | 56 }) {
  const preview = useApp((state) => previewOf(state, job, job.progress?.item_index ?? 0));
  const last = job.artifacts.at(-1);
  if (preview !== null)
    return (
      <EmptyStill size={size}>
        <img src={preview} alt="" />
      </EmptyStill>
    );
  if (last) return <PictureStill artifact={last} size={size} alt="" />;
  const { width = 1, height = 1 } = job.request;
  const longest = Math.max(width, height);
  return (
    <EmptyStill size={size}>
      <i
        className={css.frame}
        style={
          {
            '--w': `${(width / longest) * frameSides[size]}px`,
            '--h': `${(height / longest) * frameSides[size]}px`,
          } as CSSProperties
        }
      />
    </EmptyStill>
  );
}

interface UnreadRowProps {
  readonly start: number;
  readonly height: number;
  readonly rowIndex: number;
}

/** The place of a job that is being read. */
export function UnreadRow({ start, height, rowIndex }: UnreadRowProps) {
  const t = useTranslations('queue');
  return (
    <tr aria-rowindex={rowIndex + 1} className={css.unread} style={{ transform: `translateY(${start}px)`, height }}>
      <td className="visually-hidden">{t('reading')}</td>
    </tr>
  );
}
