import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../../app-context.tsx';
import { type QueueRow, queueRows } from '../../../store/queue/queue-rows.ts';
import { Button } from '../../../ui/button.tsx';
import { roomForPane, useMedia } from '../../../ui/use-media.ts';
import { useWords } from '../../../ui/use-words.ts';
import { useChosenJobId } from '../use-chosen-job.ts';
import { gridProps, pressedJobId } from './grid-roles.ts';
import { JobRow, UnreadRow } from './job-row.tsx';
import css from './queue-list.module.css';
import { useRowDrag } from './use-row-drag.ts';

const heights = { band: 40, active: 76, ended: 52 } as const;

function heightOf(row: QueueRow | null): number {
  if (row?.kind === 'band') return heights.band;
  return row?.band === 'ended' ? heights.ended : heights.active;
}

/** A grid with one tab stop; the active row is the chosen job. Alt with an arrow moves a job that waits. */
export function QueueList() {
  const t = useTranslations('queue');
  const { loadHistoryUntil, loadJobs, retryHistory, selectJob, moveJob, showJob, cancelJob, removeJob, runAgain } =
    useActions();
  const line = useApp((state) => state.line);
  const history = useApp((state) => state.history);
  const jobs = useApp((state) => state.jobs);
  const chosenId = useChosenJobId();
  const hasRoom = useMedia(roomForPane);
  const scroll = useRef<HTMLDivElement>(null);
  const [said, setSaid] = useState('');
  const rows = useMemo(() => queueRows(line, history), [line, history]);
  const waiting = line?.waiting ?? [];
  const firstWaiting = waiting[0] === undefined ? -1 : rows.indexOf(waiting[0]);

  // A new function makes the list measure anew: what stands in a row decides its height.
  const getItemKey = useCallback(
    (index: number) => {
      const row = rows.at(index);
      return row?.kind === 'job' ? (row.jobId ?? index) : `${row?.band}`;
    },
    [rows],
  );
  const virtual = useVirtualizer({
    count: rows.count,
    getScrollElement: () => scroll.current,
    estimateSize: (index) => heightOf(rows.at(index)),
    getItemKey,
    overscan: 6,
    scrollPaddingStart: 8,
    scrollPaddingEnd: 12,
  });
  const visible = virtual.getVirtualItems();

  const move = (jobId: string, to: number) => {
    const place = Math.max(0, Math.min(waiting.length - 1, to));
    if (!waiting.includes(jobId as (typeof waiting)[number])) return;
    setSaid(t('movedTo', { place: place + 1, count: waiting.length }));
    void moveJob(jobId, place);
  };
  const drag = useRowDrag({
    rowHeight: heights.active,
    placeOf: (jobId) => waiting.indexOf(jobId as (typeof waiting)[number]),
    count: waiting.length,
    scroll,
    onDrop: move,
  });

  const lastVisible = visible.at(-1)?.index ?? 0;
  const unread = visible.flatMap(({ index }) => {
    const row = rows.at(index);
    return row?.kind === 'job' && row.jobId !== null && !jobs[row.jobId] ? [row.jobId] : [];
  });
  const unreadKey = unread.join();
  useEffect(() => {
    if (unreadKey !== '') void loadJobs(unreadKey.split(','));
  }, [unreadKey, loadJobs]);
  const lastRow = rows.at(lastVisible);
  const historyWanted = lastRow?.kind === 'job' && lastRow.band === 'ended' ? lastRow.index : -1;
  useEffect(() => {
    if (historyWanted >= history.ids.length && history.phase === 'ready') void loadHistoryUntil(historyWanted);
  }, [historyWanted, history.ids.length, history.phase, loadHistoryUntil]);

  const chosenIndex = chosenId === null ? -1 : rows.indexOf(chosenId);
  const choose = (found: ReturnType<typeof rows.jobFrom>, isPaneOpen = hasRoom) => {
    if (!found) return;
    selectJob(found.jobId, isPaneOpen);
    virtual.scrollToIndex(found.index);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const job = chosenId === null ? undefined : jobs[chosenId];
    const aPage = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 0) / heights.active) - 1);
    const acts: Readonly<Record<string, () => void>> = event.altKey
      ? {
          ArrowUp: () => job && move(job.id, waiting.indexOf(job.id) - 1),
          ArrowDown: () => job && move(job.id, waiting.indexOf(job.id) + 1),
          Home: () => job && move(job.id, 0),
          End: () => job && move(job.id, waiting.length - 1),
        }
      : {
          ArrowDown: () => choose(rows.jobFrom(chosenIndex + 1, 1)),
          ArrowUp: () => choose(rows.jobFrom(chosenIndex - 1, -1)),
          PageDown: () => choose(rows.jobFrom(Math.min(rows.count - 1, chosenIndex + aPage), -1)),
          PageUp: () => choose(rows.jobFrom(Math.max(0, chosenIndex - aPage), 1)),
          Home: () => choose(rows.jobFrom(0, 1)),
          End: () => choose(rows.jobFrom(rows.count - 1, -1)),
          ' ': () => choose(chosenId === null ? null : { index: chosenIndex, jobId: chosenId }, true),
          Enter: () => job && showJob(job.id),
          Delete: () => job && (isActive(job.status) ? void cancelJob(job.id) : void removeJob(job.id)),
          r: () => job && !isActive(job.status) && void runAgain(job),
        };
    const act = event.ctrlKey || event.metaKey ? undefined : acts[event.key];
    if (!act || drag.dragged !== null) return;
    event.preventDefault();
    act();
  };

  return (
    <div ref={scroll} className={css.scroll}>
      <table
        {...gridProps(chosenIndex >= 0 ? `job-${chosenId}` : null)}
        className={css.rows}
        style={{ height: virtual.getTotalSize() }}
        aria-label={t('list')}
        aria-rowcount={rows.count}
        aria-describedby="queue-keys"
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const id = pressedJobId(event.target);
          if (id !== null) selectJob(id, true);
        }}
        onDoubleClick={(event) => {
          const id = pressedJobId(event.target);
          if (id !== null) showJob(id);
        }}
      >
        <tbody>
          {visible.map((item) => {
            const row = rows.at(item.index);
            if (row?.kind === 'band')
              return <BandTitle key={item.key} row={row} start={item.start} rowIndex={item.index} />;
            if (!row) return null;
            const job = row.jobId === null ? undefined : jobs[row.jobId];
            if (!job) return <UnreadRow key={item.key} start={item.start} height={item.size} rowIndex={item.index} />;
            return (
              <JobRow
                key={item.key}
                job={job}
                band={row.band}
                rowIndex={item.index}
                start={item.start + drag.shiftOf(job.id, item.index - firstWaiting)}
                isDragged={drag.dragged === job.id}
                isSliding={drag.dragged !== null}
                isChosen={job.id === chosenId}
                grip={row.band === 'waiting' ? drag.gripOf(job.id) : null}
                onMoveUp={row.band === 'waiting' && row.index > 0 ? () => move(job.id, row.index - 1) : null}
              />
            );
          })}
        </tbody>
      </table>
      {history.phase === 'failed' && (
        <div className={css.failed}>
          {t('historyFailed')}
          <Button size="small" onPress={() => void retryHistory()}>
            {t('tryAgain')}
          </Button>
        </div>
      )}
      <p id="queue-keys" className="visually-hidden">
        {t('keys')}
      </p>
      <p className="visually-hidden" role="status">
        {said}
      </p>
    </div>
  );
}

function isActive(status: string): boolean {
  return status === 'queued' || status === 'running';
}

interface BandTitleProps {
  readonly row: Extract<QueueRow, { kind: 'band' }>;
  readonly start: number;
  readonly rowIndex: number;
}

function BandTitle({ row, start, rowIndex }: BandTitleProps) {
  const t = useTranslations('queue');
  const { number } = useWords();
  const titles = { running: t('running'), waiting: t('waiting'), ended: t('done') };
  return (
    <tr aria-rowindex={rowIndex + 1} className={css.band} style={{ transform: `translateY(${start}px)` }}>
      <th>
        {titles[row.band]}
        {row.band !== 'running' && <span> {number(row.count)}</span>}
      </th>
    </tr>
  );
}
