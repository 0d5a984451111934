import type { Pixels, RunEvent } from '../contract/generate/runner.ts';
import type { Progress } from '../contract/jobs/job.ts';
import { advance, beginProgress, type ProgressState } from './progress.ts';

/** Who hears of it. */
export interface ProgressListeners {
  readonly onProgress?: (progress: Progress) => void;
  readonly onPreview?: (itemIndex: number, pixels: Pixels) => void;
}

export interface ProgressTeller {
  begin(): void;
  event(event: RunEvent): void;
}

/** Tells of events as of pictures, each of so many runs: item i of the events is run i % runCount of picture i / runCount. */
export function progressTeller(
  itemCount: number,
  runCount: number,
  stepCount: number,
  { onProgress, onPreview }: ProgressListeners,
): ProgressTeller {
  let state: ProgressState = beginProgress(itemCount * runCount, stepCount, performance.now());
  const tell = (): void => {
    const { item_index } = state.progress;
    onProgress?.({ ...state.progress, item_index: Math.floor(item_index / runCount), item_count: itemCount });
  };
  return {
    begin: tell,
    event: (event) => {
      state = advance(state, event, performance.now());
      if (event.kind === 'preview') onPreview?.(Math.floor(event.item_index / runCount), event.pixels);
      else tell();
    },
  };
}
