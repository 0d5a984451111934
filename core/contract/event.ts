import { z } from 'zod';
import { RunnerStatus } from './generate/runner.ts';
import { JobId, ModelId } from './ids.ts';
import { Job, Progress } from './jobs/job.ts';
import { QueueState } from './jobs/queue.ts';
import { ModelSummary } from './library/model.ts';
import { Task } from './library/task.ts';

/** What happened in the core. `sequence` rises by one; a listener that sees a gap takes a snapshot anew. */
export const AppEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('model_changed'), model: ModelSummary }),
  z.object({ kind: z.literal('model_removed'), model_id: ModelId }),
  z.object({ kind: z.literal('job_changed'), job: Job }),
  z.object({ kind: z.literal('job_removed'), job_id: JobId }),
  z.object({ kind: z.literal('queue_changed'), queue: QueueState }),
  z.object({ kind: z.literal('job_progressed'), job_id: JobId, progress: Progress }),
  z.object({ kind: z.literal('preview_ready'), job_id: JobId, item_index: z.int(), data_url: z.string() }),
  z.object({ kind: z.literal('runner_changed'), runner: RunnerStatus }),
  z.object({ kind: z.literal('task_changed'), task: Task }),
  z.object({ kind: z.literal('mappings_changed'), app: z.string(), root: z.string() }),
  z.object({ kind: z.literal('mapping_rules_changed') }),
  z.object({
    kind: z.literal('reconcile_progressed'),
    phase: z
      .enum(['looking', 'applying'])
      .describe('Files are read and compared with what is known of them, then what differs is recorded'),
    done_count: z.int().nonnegative(),
    total_count: z.int().nonnegative(),
  }),
  z.object({ kind: z.literal('library_reconciled'), changed_count: z.int().nonnegative() }),
]);
export type AppEvent = z.infer<typeof AppEvent>;

export const SequencedEvent = z.object({ sequence: z.int().nonnegative(), event: AppEvent });
export type SequencedEvent = z.infer<typeof SequencedEvent>;
