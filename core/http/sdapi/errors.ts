import { Failed, type FailureCode } from '../../contract/failure.ts';

/** An answer with a status and a body of stable-diffusion-webui's. */
export class SdapiError extends Error {
  override readonly name = 'SdapiError';
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>, options?: ErrorOptions) {
    super(JSON.stringify(body), options);
    this.status = status;
    this.body = body;
  }
}

export interface FieldError {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** Status 422: fields that could not be understood. */
export function validationError(errors: readonly FieldError[]): SdapiError {
  return new SdapiError(422, { detail: errors });
}

/** What an endpoint refuses on purpose. */
export function httpException(status: number, detail: string): SdapiError {
  return new SdapiError(status, { error: 'HTTPException', detail, body: '', errors: '' });
}

/** What went wrong within: 500, the class of the error and its text. */
export function raised(error: string, errors: string): SdapiError {
  return new SdapiError(500, { error, detail: '', body: '', errors });
}

const classNames: Partial<Record<FailureCode, string>> = { oom: 'OutOfMemoryError', nan_in_result: 'NansException' };

/** Fields of the request as our own schema calls them, and as this interface does. */
const ownNames: Readonly<Record<string, string>> = {
  guidance_scale: 'cfg_scale',
  count: 'batch_size',
  sampler: 'sampler_name',
  strength: 'denoising_strength',
};

/** A failure of the core in the words of stable-diffusion-webui. */
export function errorOfFailure(failed: Failed): SdapiError {
  const { code, message, details } = failed.failure;
  if (code === 'invalid_input') {
    const field = String(details?.field ?? 'request').replace(/^request\./, '');
    if (field === 'init_image' || field === 'mask') return httpException(500, 'Invalid encoded image');
    const msg = String(details?.reason ?? message);
    return validationError([{ loc: ['body', ownNames[field] ?? field], msg, type: 'value_error' }]);
  }
  if (code === 'queue_full') return httpException(429, message);
  if (code === 'closing') return httpException(503, message);
  return raised(classNames[code] ?? 'RuntimeError', message);
}

export function errorOf(error: unknown): SdapiError | null {
  if (error instanceof SdapiError) return error;
  return error instanceof Failed ? errorOfFailure(error) : null;
}
