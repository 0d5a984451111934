import { Failed } from '../../contract/failure.ts';
import {
  type DependencyResolution,
  type ExecutionDescriptor,
  executionContractVersion,
} from '../../contract/library/descriptor.ts';
import type { Metadata } from '../../contract/library/metadata.ts';

/**
 * All that a runner is told of a model. `metadata` is fresh: its health was checked just now. Throws `asset_not_executable`, with the findings,
 * for anything but a valid model; whether an engine can run it is in `dependency_resolution` and refuses nothing.
 */
export function describeModel(metadata: Metadata, dependencies: DependencyResolution): ExecutionDescriptor {
  if (metadata.validation_state !== 'valid') {
    const open = metadata.validation_errors.filter(({ accepted }) => accepted !== true);
    throw new Failed('asset_not_executable', {
      model_id: metadata.model_id,
      validation_state: metadata.validation_state,
      reason: reasonOf(open.map(({ message }) => message)),
      findings: metadata.validation_errors,
    });
  }
  return {
    execution_contract_version: executionContractVersion,
    model_id: metadata.model_id,
    entry_path: metadata.entry_path,
    model_type: metadata.model_type,
    task_type_primary: metadata.task_type_primary,
    recommended_backend: metadata.recommended_backend,
    runtime_engine_hints: metadata.runtime_engine_hints,
    storage_kind: metadata.storage_kind,
    bundle_format: metadata.bundle_format,
    pipeline_class: metadata.pipeline_class,
    validation_state: metadata.validation_state,
    dependency_resolution: dependencies,
  };
}

/** One sentence a finding, the first three of them. */
export function reasonOf(messages: readonly string[]): string {
  const shown = messages.slice(0, 3).join(' ');
  return messages.length > 3 ? `${shown} And ${messages.length - 3} more.` : shown;
}
