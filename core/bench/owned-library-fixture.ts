import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModelId } from '../contract/ids.ts';
import { type Metadata, metadataSchemaVersion } from '../contract/library/metadata.ts';

const types = ['lora', 'lora', 'lora', 'lora', 'lora', 'lora', 'checkpoint', 'checkpoint', 'vae', 'embedding'] as const;
const at = '2026-01-01T00:00:00.000Z';

/** A library of `count` models whose files it owns, tiny ones; one in twenty is used in place, and every hundredth name is in it twice. */
export function makeOwnedLibrary(rootPath: string, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const type = types[index % types.length] ?? 'lora';
    const name = `model-${index}`;
    const model_id = ModelId.parse(`${type}/stable-diffusion-xl/${name}`);
    const folder = join(rootPath, 'models', model_id);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, index % 100 === 0 ? 'model.safetensors' : `${name}.safetensors`);
    writeFileSync(path, name);
    const metadata: Metadata = {
      schema_version: metadataSchemaVersion,
      model_id,
      name,
      model_type: type,
      family: 'stable-diffusion-xl',
      task_type_primary: 'unknown',
      storage_kind: index % 20 === 7 ? 'external_reference' : 'library_owned',
      bundle_format: 'single_file',
      pipeline_class: null,
      source_path: path,
      entry_path: path,
      import_state: 'ready',
      validation_state: 'valid',
      validation_errors: [],
      accepted_findings: [],
      recommended_backend: null,
      runtime_engine_hints: [],
      size_bytes: 150_000_000,
      file_count: 1,
      precision: 'fp16',
      parameter_count: 75_000_000,
      hashes: { fingerprint: name },
      tags: [],
      favourite: false,
      notes: '',
      preview: null,
      added_at: at,
      updated_at: at,
      match_source: 'import',
    };
    writeFileSync(join(folder, 'metadata.json'), JSON.stringify(metadata));
  }
}
