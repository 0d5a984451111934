import type { QueueState } from '../../../core/contract/jobs/queue.ts';
import type { History } from './queue-part.ts';

export type Band = 'running' | 'waiting' | 'ended';

/** One row of the Queue screen: the title of a band, or a job. A job of the history that was not read yet has no id. */
export type QueueRow =
  | { readonly kind: 'band'; readonly band: Band; readonly count: number }
  | { readonly kind: 'job'; readonly band: Band; readonly jobId: string | null; readonly index: number };

export interface QueueRows {
  readonly count: number;
  readonly at: (index: number) => QueueRow | null;
  /** -1 for a job that is in no row. */
  readonly indexOf: (jobId: string) => number;
  /** The row of the nearest job from `index` on, in that direction; null past the ends. */
  readonly jobFrom: (index: number, direction: 1 | -1) => { readonly index: number; readonly jobId: string } | null;
}

/** What runs, what waits in its order, then what has ended: computed by place, so that a long history costs nothing. */
export function queueRows(line: QueueState | null, history: Pick<History, 'ids' | 'total'>): QueueRows {
  const bands = [
    { band: 'running', ids: line?.running_job_id ? [line.running_job_id] : [], count: line?.running_job_id ? 1 : 0 },
    { band: 'waiting', ids: line?.waiting ?? [], count: line?.waiting.length ?? 0 },
    { band: 'ended', ids: history.ids, count: Math.max(history.total, history.ids.length) },
  ] as const;
  const shown = bands.filter(({ count }) => count > 0);
  const at = (index: number): QueueRow | null => {
    let start = 0;
    for (const { band, ids, count } of shown) {
      if (index === start) return { kind: 'band', band, count };
      if (index > start && index <= start + count)
        return { kind: 'job', band, jobId: ids[index - start - 1] ?? null, index: index - start - 1 };
      start += count + 1;
    }
    return null;
  };
  const count = shown.reduce((sum, band) => sum + band.count + 1, 0);
  return {
    count,
    at,
    indexOf: (jobId) => {
      let start = 0;
      for (const { ids, count: length } of shown) {
        const place = (ids as readonly string[]).indexOf(jobId);
        if (place >= 0) return start + 1 + place;
        start += length + 1;
      }
      return -1;
    },
    jobFrom: (from, direction) => {
      for (let index = from; index >= 0 && index < count; index += direction) {
        const row = at(index);
        if (row?.kind === 'job' && row.jobId !== null) return { index, jobId: row.jobId };
      }
      return null;
    },
  };
}
