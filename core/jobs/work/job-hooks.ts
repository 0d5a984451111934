import type { AppEvent } from '../../contract/event.ts';
import type { CancelSignal, SkipSignal } from '../../contract/generate/runner.ts';
import type { JobId } from '../../contract/ids.ts';
import type { Artifact, Progress, StepName } from '../../contract/jobs/job.ts';
import type { JobExtras } from '../../contract/jobs/job-extras.ts';
import { throttle } from './throttle.ts';

/** What a running step is given to tell how it goes. Calls after its end are left alone. */
export interface JobHooks {
  readonly step: StepName;
  readonly signal: CancelSignal;
  readonly skips: SkipSignal;
  /** Of a request that leaves it open; the same however often the step is begun. */
  readonly drawnSeed: number;
  /** So many pictures of this step are there from before a pause. */
  readonly firstItem: number;
  readonly extras: JobExtras;
  onProgress(progress: Progress): void;
  /** `draw` makes a `data:` URL of the forming picture; it is called where somebody will see that. */
  onPreview(itemIndex: number, draw: () => Promise<string>): void;
  /** The file is whole on disk. Throws when it could not be recorded. */
  onArtifact(artifact: Artifact): void;
}

export interface JobHooksOptions {
  readonly jobId: JobId;
  readonly step: StepName;
  readonly signal: CancelSignal;
  readonly skips: SkipSignal;
  readonly drawnSeed: number;
  readonly firstItem: number;
  readonly extras: JobExtras;
  /** False once the job has ended: what comes after is dropped. */
  readonly isCurrent: () => boolean;
  readonly onProgress: (progress: Progress) => void;
  /** From how far the step is to how far the job is. */
  readonly ofWhole: (progress: Progress) => Progress;
  readonly onArtifact: (artifact: Artifact) => void;
  readonly emit: (event: AppEvent) => void;
  readonly log: (message: string) => void;
}

const progressGapMs = 30;

/** The hooks of one step; `stop` drops what has not been told yet. */
export function createJobHooks(options: JobHooksOptions): { readonly hooks: JobHooks; readonly stop: () => void } {
  const { jobId, step, signal, skips, drawnSeed, firstItem, extras } = options;
  const { isCurrent, onProgress, ofWhole, onArtifact, emit, log } = options;
  const told = throttle<Progress>(progressGapMs, (progress) =>
    emit({ kind: 'job_progressed', job_id: jobId, progress }),
  );
  let isDrawing = false;

  async function show(itemIndex: number, draw: () => Promise<string>): Promise<void> {
    isDrawing = true;
    try {
      const data_url = await draw();
      if (isCurrent()) emit({ kind: 'preview_ready', job_id: jobId, item_index: itemIndex, data_url });
    } catch (error) {
      log(`A preview could not be drawn: ${String(error)}`);
    } finally {
      isDrawing = false;
    }
  }

  const hooks: JobHooks = {
    step,
    signal,
    skips,
    drawnSeed,
    firstItem,
    extras,
    onProgress: (ofStep) => {
      if (!isCurrent()) return;
      const progress = ofWhole(ofStep);
      onProgress(progress);
      told.offer(progress);
    },
    onPreview: (itemIndex, draw) => {
      // One at a time: a preview that comes while another is drawn is old before it can be shown.
      if (!isDrawing && isCurrent()) void show(itemIndex, draw);
    },
    onArtifact: (artifact) => {
      if (isCurrent()) onArtifact(artifact);
    },
  };
  return { hooks, stop: told.stop };
}
