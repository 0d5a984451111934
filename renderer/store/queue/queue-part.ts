import type { JobEvent } from '../../../core/contract/jobs/job-event.ts';
import type { QueueState } from '../../../core/contract/jobs/queue.ts';

/** Jobs that have ended, the newest first: as many of them as were read so far, out of `total`. */
export interface History {
  readonly ids: readonly string[];
  readonly total: number;
  readonly nextCursor: string | null;
  readonly phase: 'loading' | 'ready' | 'failed';
}

/** What is to be cleared once the person has said yes. */
export type Clearing = 'waiting' | 'ended';

/** The Queue screen's part of the state. */
export interface QueuePart {
  /** Null until the first snapshot. */
  readonly line: QueueState | null;
  readonly history: History;
  readonly selectedJobId: string | null;
  readonly isJobPaneOpen: boolean;
  /** By job, its history line by line. */
  readonly jobEvents: Readonly<Record<string, readonly JobEvent[]>>;
  readonly clearing: Clearing | null;
}

export const initialQueuePart: QueuePart = {
  line: null,
  history: { ids: [], total: 0, nextCursor: null, phase: 'loading' },
  selectedJobId: null,
  isJobPaneOpen: true,
  jobEvents: {},
  clearing: null,
};
