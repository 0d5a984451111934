import { join } from 'node:path';
import { z } from 'zod';
import { Failed } from '../contract/failure.ts';
import { type PipelineFamily, pipelineFamily } from './pipeline-family.ts';
import { readConfig } from './read-config.ts';

const Index = z.looseObject({ _class_name: z.string() });
const ComponentPair = z.tuple([z.string().nullable(), z.string()]);

/** Classes that are written here. Exporters to ONNX put their own in their place; a text encoder's goes into its config instead. */
const ownClasses = { unet: 'UNet2DConditionModel', vae: 'AutoencoderKL' } as const;
const isExporters = (className: string) => /^(OnnxRuntimeModel$|ORT)/.test(className);

/** What a bundle's model_index.json says of how it is run. */
export interface PipelineIndex {
  readonly family: PipelineFamily;
  /** The class of a component; null where the index names none. */
  classOf(component: string): string | null;
}

/** Throws `unreadable`, and `unsupported_config` for a pipeline, or a network of a class, that does not run here. */
export async function readPipelineIndex(entryPath: string): Promise<PipelineIndex> {
  const path = join(entryPath, 'model_index.json');
  const index = await readConfig(Index, path);
  const family = pipelineFamily(index._class_name);
  if (family === null)
    throw new Failed('unsupported_config', { path, field: '"_class_name"', value: index._class_name });
  const classOf = (component: string) => {
    const pair = ComponentPair.safeParse(Object.hasOwn(index, component) ? index[component] : null);
    return pair.success ? pair.data[1] : null;
  };
  // Another class may have the same tensors and do something else with them: the picture would be wrong without a word.
  for (const [component, own] of Object.entries(ownClasses)) {
    const className = classOf(component);
    if (className !== null && className !== own && !isExporters(className))
      throw new Failed('unsupported_config', { path, field: `"${component}"`, value: className });
  }
  return { family, classOf };
}
