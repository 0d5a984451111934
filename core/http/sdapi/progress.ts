import type { Job } from '../../contract/job.ts';

export interface ProgressAnswer {
  readonly progress: number;
  readonly eta_relative: number;
  readonly state: Readonly<Record<string, string | number | boolean>>;
  readonly current_image: string | null;
  readonly textinfo: string | null;
}

/** `GET /sdapi/v1/progress`: of the running job, whosever it is. Clients take `progress` 0 with `job_count` 0 for "ready". */
export function progressOf(running: Job | null, preview: string | null): ProgressAnswer {
  const progress = running?.progress ?? null;
  const count = running === null ? 0 : (progress?.item_count ?? running.request.count);
  return {
    progress: running === null ? 0 : Math.min(1, Math.max(0.01, progress?.fraction ?? 0)),
    eta_relative: (progress?.eta_ms ?? 0) / 1000,
    state: {
      skipped: false,
      interrupted: false,
      stopping_generation: false,
      job: running === null ? '' : `Batch ${(progress?.item_index ?? 0) + 1} out of ${count}`,
      job_count: count,
      job_timestamp: running === null ? '0' : running.created_at.replaceAll(/\D/g, '').slice(0, 14),
      job_no: progress?.item_index ?? 0,
      sampling_step: progress?.step ?? 0,
      sampling_steps: progress?.step_count ?? 0,
    },
    current_image: running === null ? null : preview,
    textinfo: null,
  };
}
