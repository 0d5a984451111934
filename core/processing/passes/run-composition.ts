import type { RunEvent, RunMetrics, RunPlan, SkipSignal } from '../../contract/generate/runner.ts';
import type { ProcessingRequest, ProcessingRunner } from '../processing-runner.ts';
import type { Composition } from './composition.ts';

type ImageEvent = Extract<RunEvent, { kind: 'image' }>;

export interface CompositionRun {
  readonly runner: ProcessingRunner;
  readonly composition: Composition;
  /** Of the first picture to be made; those before it are there from before a pause. */
  readonly firstItem: number;
  readonly itemCount: number;
  readonly signal: ProcessingRequest['signal'];
  readonly skips?: SkipSignal | undefined;
  /** Every event of every run, as if all were of one batch: item i of it is run i % runCount of picture i / runCount. */
  readonly onEvent: (event: RunEvent) => void;
  /** A picture, finished. It is awaited before the next is begun. */
  readonly onPicture: (event: ImageEvent) => Promise<void>;
}

/** Makes pictures of several runs each, one after the other. Answers with the metrics of all runs together; null where there was none. */
export async function runComposition(options: CompositionRun): Promise<RunMetrics | null> {
  const { composition, firstItem, itemCount, onPicture } = options;
  const all: RunMetrics[] = [];
  for (let item = firstItem; item < itemCount; item++) {
    let last: ImageEvent | null = null;
    const pixels = await composition.make(item, async (plan, number) => {
      const made = await runOne(plan, item, number, options);
      all.push(made.metrics);
      last = made.image;
      return made.image.pixels;
    });
    const image = last as ImageEvent | null;
    const seed = image?.seed ?? 0;
    await onPicture({ ...image, kind: 'image', item_index: item, seed, pixels });
  }
  return all.length === 0 ? null : all.reduce(sumOf);
}

async function runOne(plan: RunPlan, item: number, number: number, options: CompositionRun) {
  const { runner, composition, signal, skips, onEvent } = options;
  let image: ImageEvent | null = null;
  const { metrics } = await runner.run({
    plan: () => plan,
    signal,
    skips: skips && { listen: (listener) => skips.listen((skipped) => (skipped === item ? listener(0) : undefined)) },
    hooks: {
      onExecute: (event) => {
        if (event.kind === 'image') image = event;
        onEvent({ ...event, item_index: item * composition.runCount + number });
      },
    },
  });
  if (image === null) throw new RangeError('a run made no picture');
  return { metrics, image: image as ImageEvent };
}

function sumOf(sum: RunMetrics, one: RunMetrics): RunMetrics {
  return {
    ...one,
    load_ms: sum.load_ms + one.load_ms,
    text_ms: sum.text_ms + one.text_ms,
    denoise_ms: sum.denoise_ms + one.denoise_ms,
    decode_ms: sum.decode_ms + one.decode_ms,
  };
}
