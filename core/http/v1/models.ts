import { z } from 'zod';
import { type Commands, checkInput } from '../../contract/command.ts';
import { Failed } from '../../contract/failure.ts';
import type { ModelSummary } from '../../contract/library/model.ts';
import { JobCreateRequest } from './create-job.ts';

const { $schema: _, ...parametersSchema } = z.toJSONSchema(JobCreateRequest, { io: 'input', unrepresentable: 'any' });

/** The models that a job can name. */
export async function listModels(commands: Commands): Promise<readonly ModelSummary[]> {
  const found: ModelSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await commands['models.list'](checkInput('models.list', { limit: 500, state: 'valid', cursor }));
    found.push(...page.models.filter((model) => model.recommended_backend === 'onnx-runtime'));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

export function modelView(model: ModelSummary) {
  return {
    id: model.model_id,
    name: model.name,
    kind: `${model.family}-${model.model_type}`,
    version: model.fingerprint.replace(/^\w+:/, '').slice(0, 10),
    installed: true,
    enabled: true,
    parameters_schema: parametersSchema,
  };
}

/** Throws `not_found`. */
export async function modelDetails(commands: Commands, id: string) {
  const model = (await listModels(commands)).find(({ model_id }) => model_id === id);
  if (model === undefined) throw new Failed('not_found', { what: 'model', id });
  return {
    ...modelView(model),
    capabilities: ['generate', 'upscale'],
    source_uri: null,
    local_path: model.entry_path,
    files_json: [],
  };
}
