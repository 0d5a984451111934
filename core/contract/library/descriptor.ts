import { z } from 'zod';
import { ModelId } from '../ids.ts';
import { ValidationState } from './finding.ts';
import { ModelType, StorageKind } from './metadata.ts';

/**
 * The version of the execution descriptor. Append-only: fields are added under the same number, a changed meaning raises it.
 *
 * History:
 * 1  first release
 */
export const executionContractVersion = 1;
/** The version of the nested dependency resolution; it moves on its own. */
export const dependencyContractVersion = 1;

const DependencyBinding = z.looseObject({
  profile_id: z.string(),
  backend: z.string(),
  platform: z.string(),
  packages: z.array(z.looseObject({ name: z.string(), version: z.string() })),
  execution_providers: z.array(z.string()),
});

/** Whether an engine here can run the model: a matter apart from the health of its files. */
export const DependencyResolution = z.looseObject({
  contract_version: z.literal(dependencyContractVersion),
  state: z.enum(['resolved', 'unknown_profile', 'invalid_profile', 'profile_conflict']),
  bindings: z.array(DependencyBinding),
});
export type DependencyResolution = z.infer<typeof DependencyResolution>;

/** All that a runner is ever told about a model. Only given for a model whose files are `valid`. */
export const ExecutionDescriptor = z.looseObject({
  execution_contract_version: z.literal(executionContractVersion),
  model_id: ModelId,
  entry_path: z.string(),
  model_type: ModelType,
  task_type_primary: z.string(),
  recommended_backend: z.string().nullable(),
  runtime_engine_hints: z.array(z.string()),
  storage_kind: StorageKind,
  bundle_format: z.string(),
  pipeline_class: z.string().nullable(),
  validation_state: ValidationState,
  dependency_resolution: DependencyResolution,
});
export type ExecutionDescriptor = z.infer<typeof ExecutionDescriptor>;
