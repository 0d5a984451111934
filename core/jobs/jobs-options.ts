import type { AppEvent } from '../contract/event.ts';
import type { WorkerOptions } from './work/worker.ts';

export interface JobsOptions {
  /** Of jobs.db; its folder is made. */
  readonly path: string;
  /** Carries out one step of a job. Rejects with `Failed`; with `canceled` after the signal. */
  readonly execute: WorkerOptions['execute'];
  readonly emit: (event: AppEvent) => void;
  readonly now?: () => Date;
  readonly log?: (message: string) => void;
  /** So many may wait; one more is refused with `queue_full`. */
  readonly maxQueued?: number | (() => number);
  /** So many ended jobs are remembered; 0: all. */
  readonly maxEnded?: () => number;
  /** Whether jobs that an earlier program left waiting are run; true unless told. Left alone they stay queued for the next one. */
  readonly resumesQueue?: boolean;
  /** Whether jobs that an earlier program left waiting stay put until somebody resumes the queue. */
  readonly startsPaused?: boolean;
  readonly busyTimeoutMs?: number;
  /** How long `close` waits for the running job to stop by itself. */
  readonly closeTimeoutMs?: number;
}
