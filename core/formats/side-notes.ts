import { dirname, join } from 'node:path';
import { z } from 'zod';
import { lstat } from './file-calls.ts';
import { formatLimits } from './limits.ts';
import { ReadFault, readFaultOf, readSmallJson } from './read-bounded.ts';

/** What other programs wrote beside a model. */
export interface SideNotes {
  readonly name: string | null;
  readonly baseModel: string | null;
  readonly triggerWords: readonly string[];
  readonly description: string | null;
  /** The file it comes from, without its folder. */
  readonly source: string | null;
  /** A picture beside the model, absolute. */
  readonly previewPath: string | null;
}

const text = z.string().max(100_000).nullish().catch(null);
const words = z.array(z.string()).max(1000).nullish().catch(null);
const civitaiPart = { trainedWords: words, baseModel: text, description: text };

/** Civitai Helper (`.civitai.info`), which has what Civitai's own interface answers. */
const CivitaiInfo = z.looseObject({
  ...civitaiPart,
  model: z.looseObject({ name: text, description: text }).nullish().catch(null),
});
/** Stability Matrix (`.cm-info.json`). */
const StabilityMatrixInfo = z.looseObject({
  ModelName: text,
  BaseModel: text,
  TrainedWords: words,
  ModelDescription: text,
});
/** ComfyUI LoRA Manager (`.metadata.json`). */
const LoraManagerInfo = z.looseObject({
  model_name: text,
  base_model: text,
  modelDescription: text,
  civitai: z.looseObject(civitaiPart).nullish().catch(null),
});
/** stable-diffusion-webui's own (`.json`). */
const WebuiInfo = z.looseObject({ 'activation text': text, 'sd version': text, description: text });

type Found = Omit<SideNotes, 'source' | 'previewPath'>;

const readers: readonly (readonly [string, (json: unknown) => Found | null])[] = [
  [
    '.civitai.info',
    (json) => {
      const info = CivitaiInfo.safeParse(json).data;
      if (info === undefined) return null;
      return {
        name: info.model?.name ?? null,
        baseModel: info.baseModel ?? null,
        triggerWords: splitWords(info.trainedWords ?? []),
        description: info.model?.description ?? info.description ?? null,
      };
    },
  ],
  [
    '.cm-info.json',
    (json) => {
      const info = StabilityMatrixInfo.safeParse(json).data;
      if (info === undefined) return null;
      return {
        name: info.ModelName ?? null,
        baseModel: info.BaseModel ?? null,
        triggerWords: splitWords(info.TrainedWords ?? []),
        description: info.ModelDescription ?? null,
      };
    },
  ],
  [
    '.metadata.json',
    (json) => {
      const info = LoraManagerInfo.safeParse(json).data;
      if (info === undefined) return null;
      return {
        name: info.model_name ?? null,
        baseModel: info.base_model ?? null,
        triggerWords: splitWords(info.civitai?.trainedWords ?? []),
        description: info.modelDescription ?? null,
      };
    },
  ],
  [
    '.json',
    (json) => {
      const info = WebuiInfo.safeParse(json).data;
      if (info === undefined) return null;
      return {
        name: null,
        baseModel: info['sd version'] ?? null,
        triggerWords: splitWords([info['activation text'] ?? '']),
        description: info.description ?? null,
      };
    },
  ],
];

const previewEndings = [
  '.preview.png',
  '.preview.jpg',
  '.preview.jpeg',
  '.preview.webp',
  '.png',
  '.jpg',
  '.jpeg',
  '.webp',
];

/**
 * Reads what lies beside a model for people to read: notes of Civitai Helper, Stability Matrix, LoRA Manager or webui, and a picture. `stem` is
 * the model's name without extension. `siblings`, the names in
 * the folder, spares a look for each. A note that can't be read says nothing; nothing is thrown for it.
 */
export async function readSideNotes(
  folder: string,
  stem: string,
  siblings?: ReadonlySet<string> | undefined,
): Promise<SideNotes> {
  const previewPath = await findPreview(folder, stem, siblings);
  for (const [ending, read] of readers) {
    const source = `${stem}${ending}`;
    if (siblings?.has(source) === false) continue;
    const json = await readJson(join(folder, source));
    const found = json === null ? null : read(json);
    if (found === null) continue;
    return {
      name: shortened(found.name, 200),
      baseModel: shortened(found.baseModel, 200),
      triggerWords: found.triggerWords,
      description: shortened(found.description, 10_000),
      source,
      previewPath,
    };
  }
  return { name: null, baseModel: null, triggerWords: [], description: null, source: null, previewPath };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return await readSmallJson(path, formatLimits.sideFileBytes);
  } catch (error) {
    if (error instanceof ReadFault || error instanceof SyntaxError) return null;
    throw error;
  }
}

async function findPreview(
  folder: string,
  stem: string,
  siblings: ReadonlySet<string> | undefined,
): Promise<string | null> {
  for (const ending of previewEndings) {
    if (siblings?.has(`${stem}${ending}`) === false) continue;
    const path = join(folder, `${stem}${ending}`);
    try {
      if (dirname(path) === folder && (await lstat(path)).isFile()) return path;
    } catch (error) {
      readFaultOf(error);
    }
  }
  return null;
}

function splitWords(texts: readonly string[]): string[] {
  const all = texts.flatMap((phrase) => phrase.split(','));
  return [...new Set(all.map((word) => word.trim().slice(0, 200)).filter((word) => word !== ''))].slice(0, 24);
}

function shortened(value: string | null, maxLength: number): string | null {
  const trimmed = value?.trim() ?? '';
  return trimmed === '' ? null : trimmed.slice(0, maxLength);
}
