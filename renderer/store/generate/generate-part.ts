import type { CommandOutput } from '../../../core/contract/command.ts';
import type {
  NoiseSource,
  PromptSyntax,
  ResizeMode,
  SamplerName,
  SchedulerName,
  UsualParameters,
} from '../../../core/contract/generate/generate.ts';
import type { PromptCounts } from '../../../core/contract/generate/prompt.ts';
import type { Artifact, Job } from '../../../core/contract/jobs/job.ts';
import type { StarterPrompts } from '../../../core/contract/library/starter.ts';
import type { Problem } from '../problem.ts';

/** A picture to start from: the core keeps its file, the window a small copy to show. */
export interface StartPicture {
  /** `sha256:…`, as a request names it. */
  readonly reference: string;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** A data URL of a few kilobytes. */
  readonly thumbnail: string;
}

/** How the pictures of one request are saved, where it differs from the settings. */
export interface Saving {
  readonly format: 'png' | 'jpg' | 'webp' | null;
  readonly quality: number | null;
  readonly isLossless: boolean | null;
  readonly hasInfotext: boolean | null;
}

/** What the person chose for the next picture. Null follows the model, or the settings. */
export interface Draft {
  readonly modelId: string | null;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly steps: number | null;
  readonly guidanceScale: number | null;
  readonly sampler: SamplerName;
  readonly scheduler: SchedulerName;
  /** Null draws one for each request. */
  readonly seed: number | null;
  readonly count: number;
  readonly startFrom: StartPicture | null;
  /** How much of the start picture is made anew. */
  readonly strength: number;
  readonly resizeMode: ResizeMode;
  readonly upscale: 2 | 4 | null;
  readonly subseed: number | null;
  /** 0: no variation. */
  readonly subseedStrength: number;
  readonly promptSyntax: PromptSyntax | null;
  readonly clipSkip: number | null;
  readonly rng: NoiseSource | null;
  readonly saving: Saving;
}

export type StudioSelection =
  | { readonly kind: 'job'; readonly jobId: string }
  | { readonly kind: 'picture'; readonly pictureId: string };

/** A picture file that was dropped, pasted or picked, and what it says of itself. */
export interface DroppedPicture {
  readonly name: string;
  /** As base64, for the core. */
  readonly file: string;
  readonly thumbnail: string;
  readonly reading: CommandOutput<'pictures.read'> | null;
  readonly problem: Problem | null;
}

export interface GeneratePart {
  /** Models of the kinds that make pictures, runnable or not. */
  readonly generatorIds: readonly string[];
  readonly jobs: Readonly<Record<string, Job>>;
  /** The newest first. */
  readonly jobIds: readonly string[];
  /** The newest first, as far as they were read. */
  readonly pictures: readonly Artifact[];
  /** What follows the last of `pictures`; null when that is the first one ever made. */
  readonly picturesCursor: string | null;
  /** `<job id>/<item index>` to the picture as it forms. */
  readonly previews: Readonly<Record<string, string>>;
  readonly draft: Draft;
  readonly studio: StudioSelection | null;
  /** The picture beside the shown one; `choosing` while it is to be picked on the film. */
  readonly comparing: { readonly pictureId: string | null } | null;
  readonly droppedPicture: DroppedPicture | null;
  readonly openFolds: readonly string[];
  /** What to write to the starter model; null until it was read. */
  readonly starterPrompts: StarterPrompts | null;
  /** By model: what it was made for, as the core read it from its files. */
  readonly usualParameters: Readonly<Record<string, UsualParameters>>;
  /** How long the draft's prompts are for its model; null until the core has said so. */
  readonly promptCounts: PromptCounts | null;
}

const noSaving: Saving = { format: null, quality: null, isLossless: null, hasInfotext: null };

export const emptyDraft: Draft = {
  modelId: null,
  prompt: '',
  negativePrompt: '',
  width: null,
  height: null,
  steps: null,
  guidanceScale: null,
  sampler: 'Automatic',
  scheduler: 'Automatic',
  seed: null,
  count: 1,
  startFrom: null,
  strength: 0.75,
  resizeMode: 1,
  upscale: null,
  subseed: null,
  subseedStrength: 0,
  promptSyntax: null,
  clipSkip: null,
  rng: null,
  saving: noSaving,
};

export const initialGeneratePart: GeneratePart = {
  generatorIds: [],
  jobs: {},
  jobIds: [],
  pictures: [],
  picturesCursor: null,
  previews: {},
  draft: emptyDraft,
  studio: null,
  comparing: null,
  droppedPicture: null,
  openFolds: [],
  starterPrompts: null,
  usualParameters: {},
  promptCounts: null,
};
