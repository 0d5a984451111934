import type { Job } from '../../contract/jobs/job.ts';

export interface ProgressAnswer {
  readonly progress: number;
  readonly eta_relative: number;
  readonly state: Readonly<Record<string, string | number | boolean>>;
  readonly current_image: string | null;
  readonly textinfo: string | null;
}

/** `GET /sdapi/v1/progress`: of the running job, whosever it is. Clients take `progress` 0 with `job_count` 0 for "ready". */
export function progressOf(running: Job | null, preview: string | null, told: Told = notTold): ProgressAnswer {
  const progress = running?.progress ?? null;
  const count = countOf(running);
  const share = shareOf(running);
  return {
    progress: share,
    eta_relative: etaSeconds(running, share),
    state: {
      skipped: told.isSkipped,
      interrupted: told.isInterrupted,
      stopping_generation: false,
      job:
        running === null
          ? ''
          : count > 1
            ? `Batch ${(progress?.item_index ?? 0) + 1} out of ${count}`
            : jobName(running),
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

/** What the running job was told to do. */
export interface Told {
  readonly isSkipped: boolean;
  readonly isInterrupted: boolean;
}

const notTold: Told = { isSkipped: false, isInterrupted: false };
const leastShare = 0.01;

/** Pictures of the running job; -1 until its first is begun. */
function countOf(running: Job | null): number {
  if (running === null) return 0;
  return running.progress === null || running.progress.stage === 'load' ? -1 : running.progress.item_count;
}

function shareOf(running: Job | null): number {
  if (running === null) return 0;
  const { progress } = running;
  if (progress === null) return leastShare;
  const ofPicture = progress.step_count === 0 ? 0 : progress.step / progress.step_count;
  return Math.min(1, leastShare + (progress.item_index + ofPicture) / progress.item_count);
}

/** From real step times where there are some, else from the share that is done. */
function etaSeconds(running: Job | null, share: number): number {
  if (running === null) return 0;
  if (typeof running.progress?.eta_ms === 'number') return running.progress.eta_ms / 1000;
  const started = running.steps[0]?.started_at;
  if (!started) return 0;
  const elapsedSeconds = Math.max(0, Date.now() - Date.parse(started)) / 1000;
  return elapsedSeconds / share - elapsedSeconds;
}

function jobName({ request }: Job): string {
  return request.init_image === undefined ? 'scripts_txt2img' : 'scripts_img2img';
}
