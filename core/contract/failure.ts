import { z } from 'zod';

interface FailureKind {
  /** HTTP status of the code at the `/v1` and `/api/v1` doors. */
  readonly status: number;
  /** What happened, to what, and what to do. `{fact}` is replaced by the failure's detail of that name. */
  readonly sentence: string;
}

/** Every failure that we expect, in one place. A code is never reused for another meaning. */
export const failures = {
  invalid_input: { status: 422, sentence: '{field}: {reason}' },
  not_found: { status: 404, sentence: 'There is no {what} "{id}".' },
  conflict: { status: 409, sentence: '{reason}' },
  unauthorized: { status: 401, sentence: 'This address needs an API key. Send it as a Bearer token.' },
  forbidden: { status: 403, sentence: '{reason}' },
  path_not_found: {
    status: 404,
    sentence: 'There is nothing at "{path}". Check the path, or whether its drive is connected.',
  },
  unreadable: { status: 422, sentence: '"{path}" could not be read: {reason}' },
  unsupported_path: { status: 422, sentence: '"{path}" is not a model that Vitrine knows: {reason}' },
  invalid_bundle: { status: 422, sentence: '"{path}" was not registered: {reason}' },
  asset_not_executable: {
    status: 409,
    sentence: 'The model "{model_id}" is {validation_state} and can\'t run: {reason}',
  },
  no_engine: { status: 409, sentence: 'No engine here can run "{model_id}": {reason}' },
  source_mismatch: {
    status: 409,
    sentence: '"{path}" holds other weights than the model "{model_id}" was registered with.',
  },
  unsupported_config: { status: 422, sentence: '"{path}": {field} is {value}, which this version can\'t run.' },
  invalid_weights: { status: 422, sentence: '"{path}": {reason}' },
  model_load_failed: { status: 500, sentence: 'The model could not be loaded: {reason}' },
  nan_in_result: {
    status: 500,
    sentence:
      'The network returned values that are not numbers (in {where}). Try another precision, sampler or provider.',
  },
  oom: {
    status: 500,
    sentence: 'There was not enough memory: {reason}. Try a smaller picture, or close other programs.',
  },
  runner_crashed: {
    status: 500,
    sentence:
      'The process that makes pictures ended unexpectedly ({reason}). It has been started again; the job can be retried.',
  },
  runner_unavailable: { status: 503, sentence: 'The process that makes pictures could not be started: {reason}' },
  imaging_failed: {
    status: 500,
    sentence:
      'The process that reads and writes pictures ended twice at a picture of {picture}: {reason}. The others are not concerned; save that one anew with another program.',
  },
  provider_unavailable: { status: 409, sentence: 'The execution provider "{provider}" can\'t be used here: {reason}' },
  interrupted: { status: 500, sentence: 'Vitrine ended while this job was running. Retry it to run it again.' },
  closing: {
    status: 503,
    sentence: 'Vitrine is ending. The job "{id}" waits in the queue and is carried out at the next start.',
  },
  canceled: { status: 409, sentence: 'The job was canceled.' },
  queue_full: { status: 429, sentence: 'The queue already holds {limit} jobs. Try again when some are done.' },
  disk_full: { status: 507, sentence: 'There is no space left on the drive of "{path}". Free some, then retry.' },
  write_failed: { status: 500, sentence: '"{path}" could not be written: {reason}' },
  plan_outdated: {
    status: 409,
    sentence:
      'Since the preview of "{root}" something changed: {reason} Nothing was done. Look at the new plan, then apply that.',
  },
  library_locked: {
    status: 409,
    sentence:
      'Another Vitrine (process {pid}) holds the library "{path}" and does not answer. Close it, then try again.',
  },
  database_unusable: { status: 500, sentence: 'The database "{path}" can\'t be used: {reason}' },
  port_in_use: {
    status: 409,
    sentence: 'Port {port} of {host} is taken by another program. Choose another with --port.',
  },
  unsafe_address: {
    status: 422,
    sentence: 'Serving on {host} would open Vitrine to the network. Give an API key with --api-key to do that.',
  },
  not_answering: { status: 502, sentence: 'The Vitrine at {url} does not answer: {reason}' },
  internal: { status: 500, sentence: 'Vitrine failed in a way that it should not. The log file has the details.' },
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof failures;
export const FailureCode = z.enum(Object.keys(failures) as [FailureCode, ...FailureCode[]]);

/** A failure as data: what every door sends. */
export const Failure = z.object({
  code: FailureCode,
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type Failure = z.infer<typeof Failure>;

/** An expected failure on its way up. Anything else that is thrown is a bug and becomes `internal` at the door. */
export class Failed extends Error {
  override readonly name = 'Failed';
  readonly failure: Failure;

  constructor(code: FailureCode, details: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    const failure = {
      code,
      message: sentenceOf(code, details),
      ...(Object.keys(details).length > 0 && { details: { ...details } }),
    };
    super(failure.message, options);
    this.failure = failure;
  }

  /** Brings a failure that came over a wire back to life. */
  static from(failure: Failure): Failed {
    const failed = new Failed(failure.code, failure.details);
    failed.message = failure.message;
    return Object.assign(failed, { failure });
  }
}

/** The failure that a door sends for anything thrown behind it: an unexpected error shows no internals. */
export function failureOf(error: unknown): Failure {
  return error instanceof Failed ? error.failure : { code: 'internal', message: failures.internal.sentence };
}

function sentenceOf(code: FailureCode, details: Readonly<Record<string, unknown>>): string {
  return failures[code].sentence.replaceAll(/\{(\w+)\}/g, (_, fact: string) => String(details[fact] ?? 'unknown'));
}
