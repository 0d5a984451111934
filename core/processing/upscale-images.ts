import { readFile } from 'node:fs/promises';
import { Failed } from '../contract/failure.ts';
import type { Timings } from '../contract/generate/generate.ts';
import type { CancelSignal } from '../contract/generate/runner.ts';
import type { JobId } from '../contract/ids.ts';
import type { Artifact, Progress } from '../contract/jobs/job.ts';
import { restPrefix } from '../contract/rest.ts';
import { defaultOptions, type Options } from '../contract/settings/options.ts';
import type { Imaging } from './imaging/imaging.ts';
import { usualUpscaler } from './imaging/upscalers.ts';
import { withParameters } from './infotext.ts';
import { pictureFormat } from './pictures/picture-format.ts';
import { picturePath, saveFile } from './pictures/save-picture.ts';
import { snapshotOptions } from './settings/options.ts';

export interface UpscaleContext {
  readonly jobId: JobId;
  readonly scale: 2 | 4;
  readonly outputsPath: string;
  readonly signal: CancelSignal;
  readonly imaging: Pick<Imaging, 'encodeFile'>;
  readonly options?: Options;
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** So many are there from before a pause. */
  readonly firstItem?: number;
  readonly onProgress?: (progress: Progress) => void;
  readonly onArtifact?: (artifact: Artifact) => void;
  readonly now?: () => Date;
}

export interface UpscaleResult {
  readonly timings: Timings;
  readonly provider: string;
}

/**
 * The second step of a chain: each picture of the first, read from its file and made larger with a Lanczos filter. Item, seed and
 * infotext travel on. Rejects with `Failed`: `unreadable` for a file that is gone or damaged; pictures finished before stay.
 */
export async function upscaleImages(pictures: readonly Artifact[], context: UpscaleContext): Promise<UpscaleResult> {
  const { signal, firstItem = 0, onProgress, onArtifact } = context;
  const startedMs = performance.now();
  const options = snapshotOptions(context.options ?? defaultOptions, context.overrides);
  const inOrder = pictures.toSorted((a, b) => a.item_index - b.item_index);
  for (const [index, picture] of inOrder.entries()) {
    if (index < firstItem) continue;
    if (signal.aborted) throw new Failed('canceled');
    onProgress?.(progressOf(index, inOrder.length, 0));
    onArtifact?.(await upscale(picture, options, context));
    onProgress?.(progressOf(index, inOrder.length, 1));
  }
  const total_ms = performance.now() - startedMs;
  return { timings: { load_ms: 0, text_ms: 0, denoise_ms: 0, decode_ms: 0, total_ms }, provider: 'cpu' };
}

async function upscale(picture: Artifact, options: Options, context: UpscaleContext): Promise<Artifact> {
  const { jobId, scale, outputsPath, imaging, now = () => new Date() } = context;
  const { item_index: itemIndex, seed, path: source, is_fake, model_id } = picture;
  const width = picture.width * scale;
  const height = picture.height * scale;
  const infotext = withParameters(picture.infotext, {
    'Postprocess upscale by': String(scale),
    'Postprocess upscaler': usualUpscaler,
  });
  let bytes: Uint8Array;
  try {
    bytes = await imaging.encodeFile(await readFile(source), { width, height }, infotext, options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failed('unreadable', { path: source, reason }, { cause: error });
  }
  const at = now();
  const format = pictureFormat(options);
  const name = { jobId, step: 'upscale', itemIndex, width, height, seed: seed ?? 0, at, format } as const;
  const path = picturePath(outputsPath, name);
  const { sizeBytes, sha256 } = await saveFile(path, bytes);
  const id = `${jobId}.upscale.${itemIndex}`;
  return {
    id,
    job_id: jobId,
    step: 'upscale',
    item_index: itemIndex,
    format,
    path,
    url: `${restPrefix}/pictures/${id}`,
    width,
    height,
    seed,
    size_bytes: sizeBytes,
    sha256,
    infotext,
    model_id,
    created_at: at.toISOString(),
    is_fake,
  };
}

function progressOf(itemIndex: number, itemCount: number, done: 0 | 1): Progress {
  return {
    stage: 'decode',
    item_index: itemIndex,
    item_count: itemCount,
    step: done,
    step_count: 1,
    fraction: (itemIndex + done) / itemCount,
    eta_ms: null,
  };
}
