import { checkInput } from '../../contract/command.ts';
import type { ModelId } from '../../contract/ids.ts';
import type { Metadata } from '../../contract/library/metadata.ts';
import { formatBytes, formatCount, formatFacts, formatFindings } from '../format.ts';

/** Reads the argument that names a model. Throws `invalid_input`. */
export function modelId(id: string): ModelId {
  return checkInput('models.show', { model_id: id }).model_id;
}

/** A model's record as lines of text, with its findings. */
export function describeMetadata(model: Metadata): string {
  const facts = formatFacts({
    id: model.model_id,
    name: model.name,
    family: model.family,
    pipeline: model.pipeline_class,
    files: `${model.file_count} ${model.file_count === 1 ? 'file' : 'files'}, ${formatBytes(model.size_bytes)}, ${model.precision}`,
    parameters: formatCount(model.parameter_count),
    path: model.entry_path,
    owner: model.storage_kind === 'library_owned' ? 'the library' : 'you (used in place)',
    tags: model.tags.length === 0 ? null : model.tags.join(', '),
    favourite: model.favourite ? 'yes' : null,
    notes: model.notes === '' ? null : model.notes,
    health: model.validation_state,
  });
  return [facts, formatFindings(model.validation_errors)].filter(Boolean).join('\n');
}
