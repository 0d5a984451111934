import type { Artifact } from '../../contract/jobs/job.ts';
import type { Options } from '../../contract/settings/options.ts';

/** What the options make of picture files. */
export function pictureFormat({ samples_format }: Options): Artifact['format'] {
  return samples_format === 'jpeg' ? 'jpg' : samples_format;
}
