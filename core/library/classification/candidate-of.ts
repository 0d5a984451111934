import type { ModelId } from '../../contract/ids.ts';
import { stateOf } from '../../contract/library/finding.ts';
import type { Candidate } from '../../contract/library/model.ts';
import type { ModelFacts } from '../../formats/model-facts.ts';
import { noFingerprint } from '../../formats/no-fingerprint.ts';

/** What classifying asks of the library. */
export interface ClassifyLookups {
  /** The model whose entry path, links resolved, this is. */
  readonly registeredAt: (entryPath: string) => ModelId | null;
  /** Models with a fingerprint, wherever they are. */
  readonly withFingerprint: (fingerprint: string) => readonly ModelId[];
  /** Free on the library's drive; null where the system doesn't tell. */
  readonly freeBytes: () => Promise<number | null>;
}

/** The pure part: one model that was found, as a person is shown it. `path` is as they see it, links and all. */
export function candidateOf(
  path: string,
  facts: ModelFacts,
  lookups: Pick<ClassifyLookups, 'registeredAt' | 'withFingerprint'>,
  furtherReasons: readonly string[] = [],
): Candidate {
  const registered = lookups.registeredAt(facts.entryPath);
  // What could not be read is like nothing else.
  const same = facts.fingerprint === noFingerprint ? [] : lookups.withFingerprint(facts.fingerprint);
  return {
    path,
    name: facts.suggestedName,
    model_type: facts.modelType,
    family: facts.family,
    bundle_format: facts.bundleFormat,
    pipeline_class: facts.pipelineClass,
    precision: facts.precision,
    parameter_count: facts.parameterCount,
    size_bytes: facts.sizeBytes,
    file_count: facts.fileCount,
    fingerprint: facts.fingerprint,
    reasons: [...facts.reasons, ...furtherReasons],
    validation_state: stateOf(facts.findings),
    validation_errors: [...facts.findings],
    repo_id: facts.repoId,
    revision: facts.revision,
    already_registered_as: registered,
    duplicates: same.filter((id) => id !== registered),
  };
}
