import { Failed } from '../../contract/failure.ts';
import type { JobId } from '../../contract/ids.ts';

export interface Move {
  readonly jobId: JobId;
  readonly place: 'first' | 'last' | 'before' | 'after';
  readonly otherId?: JobId | undefined;
}

/** The line after a move. Throws `conflict` where one of the jobs doesn't wait, `invalid_input` where the other is not named. */
export function moved(waiting: readonly JobId[], { jobId, place, otherId }: Move): JobId[] {
  if (!waiting.includes(jobId)) throw new Failed('conflict', { reason: `The job ${jobId} doesn't wait any more.` });
  const others = waiting.filter((id) => id !== jobId);
  if (place === 'first') return [jobId, ...others];
  if (place === 'last') return [...others, jobId];
  if (otherId === undefined) throw new Failed('invalid_input', { field: 'other_job_id', reason: `say ${place} which` });
  if (otherId === jobId) return [...waiting];
  const at = others.indexOf(otherId);
  if (at < 0) throw new Failed('conflict', { reason: `The job ${otherId} doesn't wait any more.` });
  return others.toSpliced(place === 'before' ? at : at + 1, 0, jobId);
}
