import { Failed } from '../../core/contract/failure.ts';
import { JobId } from '../../core/contract/ids.ts';
import type { Job, JobOrigin } from '../../core/contract/jobs/job.ts';
import { shelf } from './sample-models.ts';
import { sampleArtifact, sampleJob } from './sample-records.ts';

const prompts = [
  'red sun over blue mountains at sunset, birds',
  'red hills at sunset with a tree',
  'forest in the snow, morning',
  'city skyline at night',
  'white moon over the sea, midnight',
  'green hills with a house',
  'harbour in fog, one red boat, woodcut',
  'portrait of a lighthouse keeper, gouache',
];
const origins: readonly JobOrigin[] = ['window', 'window', 'sdapi', 'window', 'cli', 'jobs_api'];

/** So many jobs that have ended, the last one a few minutes ago. */
export function pastJobs(count: number): readonly Job[] {
  return Array.from({ length: count }, (_, index) => {
    const age = count - index;
    const id = JobId.parse(`0190a5a0-0000-7000-8000-${index.toString(16).padStart(12, '0')}`);
    const created = Date.now() - age * 413_000;
    const status = age % 9 === 4 ? 'failed' : age % 14 === 6 ? 'canceled' : 'succeeded';
    const prompt = prompts[index % prompts.length] ?? '';
    const model = shelf[index % 3];
    const pictures = 1 + (index % 4);
    const tookMs = 3_100 + (index % 7) * 3_700;
    const job = sampleJob({
      id,
      status,
      origin: origins[index % origins.length] ?? 'window',
      created_at: new Date(created).toISOString(),
      updated_at: new Date(created + tookMs).toISOString(),
      failure: status === 'failed' ? new Failed('oom', { reason: '14.8 of 16 GB were in use' }).failure : null,
    });
    const size = status === 'failed' ? 2048 : 768;
    return {
      ...job,
      request: {
        ...job.request,
        ...(model && { model_id: model.model_id }),
        prompt,
        count: pictures,
        width: size,
        height: size,
        sampler: 'DPM++ 2M',
        scheduler: 'Karras',
      },
      provider: 'cpu',
      timings:
        status === 'succeeded'
          ? { load_ms: 400, text_ms: 60, denoise_ms: tookMs - 560, decode_ms: 100, total_ms: tookMs }
          : null,
      artifacts:
        status === 'succeeded'
          ? Array.from({ length: pictures }, (_item, item) =>
              sampleArtifact({
                id: `${id}-${item}`,
                job_id: id,
                item_index: item,
                seed: index * 7 + item,
                width: size,
                height: size,
              }),
            )
          : [],
    } satisfies Job;
  });
}
