import { z } from 'zod';

/**
 * What can be wrong with a model's files, and how bad it is.
 * An error means that what execution needs is missing, unreadable, truncated or inconsistent.
 * A warning means that a named but unneeded part is missing, or that the reason may pass.
 */
export const findingSeverity = {
  missing_entry_path: 'error',
  path_not_found: 'error',
  path_not_directory: 'error',
  volume_offline: 'warning',
  path_escape: 'error',
  missing_model_index: 'error',
  invalid_model_index_json: 'error',
  missing_pipeline_class: 'error',
  unsupported_pipeline: 'error',
  missing_component: 'error',
  missing_optional_component: 'warning',
  component_unreadable: 'error',
  invalid_config: 'error',
  missing_weights: 'error',
  missing_shard: 'error',
  invalid_weights_header: 'error',
  truncated_weights: 'error',
  unsafe_weights_only: 'error',
  missing_tokenizer_files: 'error',
  metadata_corrupt: 'error',
  source_changed: 'warning',
} as const satisfies Record<string, 'error' | 'warning'>;

export const FindingCode = z.enum(Object.keys(findingSeverity) as [FindingCodeName, ...FindingCodeName[]]);
type FindingCodeName = keyof typeof findingSeverity;
export type FindingCode = z.infer<typeof FindingCode>;

/** One thing wrong with one file. `path` is relative to the entry path, with forward slashes. `message` says what is wrong and what mends it. */
export const Finding = z.looseObject({
  code: FindingCode,
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  path: z.string().optional(),
  accepted: z.boolean().optional(),
});
export type Finding = z.infer<typeof Finding>;

/** A code that a newer version wrote is kept: it accepts nothing here and is no reason to refuse the record. */
export const AcceptedFinding = z.looseObject({ code: z.string(), path: z.string().optional() });
export type AcceptedFinding = z.infer<typeof AcceptedFinding>;

export const ValidationState = z.enum(['valid', 'degraded', 'invalid']);
export type ValidationState = z.infer<typeof ValidationState>;

/** Severity decides state: one error is `invalid`; else one warning that nobody accepted is `degraded`; else `valid`. */
export function stateOf(findings: readonly Finding[]): ValidationState {
  if (findings.some((finding) => finding.severity === 'error')) return 'invalid';
  return findings.some((finding) => finding.accepted !== true) ? 'degraded' : 'valid';
}
