import { type Commands, checkInput } from '../../contract/command.ts';
import type { ModelId } from '../../contract/ids.ts';
import type { ModelSummary } from '../../contract/library/model.ts';

/** A model as clients of stable-diffusion-webui know it. */
export interface Checkpoint {
  readonly modelId: ModelId;
  readonly title: string;
  readonly modelName: string;
  readonly hash: string;
  readonly path: string;
}

/** All models that could make a picture, in the order of the library. */
export async function listCheckpoints(commands: Commands): Promise<readonly Checkpoint[]> {
  const found: Checkpoint[] = [];
  let cursor: string | undefined;
  do {
    const page = await commands['models.list'](checkInput('models.list', { limit: 500, cursor }));
    found.push(...page.models.filter(makesPictures).map(checkpointOf));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

function makesPictures(model: ModelSummary): boolean {
  const isWhole = model.model_type === 'diffusion' || model.model_type === 'checkpoint';
  return isWhole && model.validation_state === 'valid' && model.recommended_backend === 'onnx-runtime';
}

function checkpointOf(model: ModelSummary): Checkpoint {
  const hash = shortHash(model.fingerprint);
  return {
    modelId: model.model_id,
    title: `${model.name} [${hash}]`,
    modelName: model.name.replaceAll(/[/\\]/g, '_'),
    hash,
    path: model.entry_path,
  };
}

/** Ten hex digits, as in a title and in the infotext. The whole file's sha256 would mean to read gigabytes; the fingerprint names it as well. */
export function shortHash(fingerprint: string): string {
  return fingerprint.replace(/^\w+:/, '').slice(0, 10);
}

/**
 * The model of a name that a client may have kept: the title, the name, the short hash, `name [hash]`, the model id; and, as an infotext has it,
 * the beginning of the contents' own hash, or all of it.
 */
export async function checkpointNamed(alias: string, commands: Commands): Promise<Checkpoint | undefined> {
  const checkpoints = await listCheckpoints(commands);
  const found = findCheckpoint(checkpoints, alias);
  if (found !== undefined || !/^[0-9a-f]{10,64}$/i.test(alias)) return found;
  for (const checkpoint of checkpoints) {
    const { hashes } = await commands['models.show']({ model_id: checkpoint.modelId });
    if (hashes.sha256?.startsWith(alias.toLowerCase())) return checkpoint;
  }
  return undefined;
}

function findCheckpoint(checkpoints: readonly Checkpoint[], alias: string): Checkpoint | undefined {
  const bare = alias.replace(/ \[[0-9a-f]{8,64}\]$/i, '');
  return (
    checkpoints.find(({ title, modelId }) => title === alias || modelId === alias) ??
    checkpoints.find(({ modelName, hash }) => modelName === alias || hash === alias) ??
    checkpoints.find(({ title, modelName }) => modelName === bare || title.startsWith(`${bare} [`))
  );
}
