import { Failed, type Failure, type FailureCode, failureOf, failures } from '../../contract/failure.ts';

/** Codes of this interface for those of ours that it has no word for; all others are its own as they are. */
const codes: Partial<Record<FailureCode, string>> = {
  path_not_found: 'not_found',
  unreadable: 'invalid_input',
  asset_not_executable: 'conflict',
  no_engine: 'conflict',
  unsupported_config: 'provider_error',
  invalid_weights: 'provider_error',
  model_load_failed: 'provider_error',
  nan_in_result: 'provider_error',
  provider_unavailable: 'provider_error',
  runner_crashed: 'provider_error',
  runner_unavailable: 'infra_unavailable',
  database_unusable: 'infra_unavailable',
  disk_full: 'infra_unavailable',
  write_failed: 'infra_unavailable',
};

export function codeOf(code: FailureCode): string {
  return codes[code] ?? code;
}

/** A failure as this interface sends it, with its HTTP status. The code of ours stays in the details. */
export function envelopeOf(error: unknown, correlationId: string) {
  const failure = error instanceof Failed ? fieldNamesOf(error.failure) : failureOf(error);
  const code = codeOf(failure.code);
  const details = code === failure.code ? failure.details : { ...failure.details, vitrine_code: failure.code };
  const status = code === 'infra_unavailable' ? 503 : failures[failure.code].status;
  const body = { code, message: failure.message, ...(details && { details }), correlation_id: correlationId };
  return { status, body };
}

/** Fields of a request as our own schema calls them, and as this interface does. */
const fieldNames: Readonly<Record<string, string>> = { guidance_scale: 'guidance', sampler: 'scheduler' };

function fieldNamesOf(failure: Failure): Failure {
  const own = typeof failure.details?.field === 'string' ? failure.details.field.replace(/^request\./, '') : null;
  if (failure.code !== 'invalid_input' || own === null) return failure;
  const field = fieldNames[own] ?? own;
  return new Failed('invalid_input', { ...failure.details, field }).failure;
}
