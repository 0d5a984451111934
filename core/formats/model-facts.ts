import { basename, dirname, extname, join } from 'node:path';
import type { Finding } from '../contract/library/finding.ts';
import type { ModelType } from '../contract/library/metadata.ts';
import { type DiffusersFacts, readDiffusersFolder } from './diffusers/diffusers-folder.ts';
import { realpath, stat } from './file-calls.ts';
import { snapshotOf } from './huggingface-cache.ts';
import { readFaultOf } from './read-bounded.ts';
import { readSideNotes } from './side-notes.ts';
import { formatOfName } from './single-file/file-format.ts';
import { familyOfText } from './single-file/maker-metadata.ts';
import { readSingleFile } from './single-file/single-file.ts';
import type { WeightsFormat } from './single-file/single-file-facts.ts';
import { typeHintOf } from './type-hint.ts';

/** What a library entry is, be it a diffusers folder or one file, and what is wrong with it. */
export interface ModelFacts {
  /** What executes: the bundle's root or the file, links resolved; as given when there is none. */
  readonly entryPath: string;
  readonly bundleFormat: 'diffusers_directory' | 'single_file';
  readonly modelType: ModelType;
  /** `stable-diffusion-1`, `flux`, ... or `unknown`. */
  readonly family: string;
  readonly taskType: string;
  /** `_class_name` of model_index.json; null for a single file. */
  readonly pipelineClass: string | null;
  /** Of the denoising network, for a folder. */
  readonly weightsFormat: WeightsFormat;
  readonly precision: string;
  readonly parameterCount: number;
  readonly sizeBytes: number;
  readonly fileCount: number;
  /** Cheap, from headers and sizes: stable when the files move, different when they change. */
  readonly fingerprint: string;
  readonly findings: readonly Finding[];
  /** Why it is taken for what it is, in sentences. */
  readonly reasons: readonly string[];
  /** `org/name` and commit, when it lies in a Hugging Face cache. */
  readonly repoId: string | null;
  readonly revision: string | null;
  readonly baseModel: string | null;
  readonly triggerWords: readonly string[];
  readonly description: string | null;
  readonly architecture: string | null;
  readonly quantisation: string | null;
  readonly loraRank: number | null;
  readonly loraTarget: string | null;
  /** Files that belong to it, absolute, links resolved, for a single file: itself, and the external data of an ONNX file. Empty for a folder. */
  readonly files: readonly string[];
  /** The names of `files` below the folder of the entry, by which the model knows them, in the same order. */
  readonly fileNames: readonly string[];
  /** A picture that another program left beside it, absolute. */
  readonly previewPath: string | null;
  /** The name it gets when nobody gives one: one line, at most 200 characters, never empty. */
  readonly suggestedName: string;
}

/**
 * Reads what a diffusers folder or a single file is, from configs and headers; never payload. Whatever is there, or isn't, this answers with
 * findings and never throws for it. `ignore` names files at the root of a folder that are ours, not the model's; `siblings`, the names beside a
 * file where they are known already, spare a look for each.
 */
export async function readModelFacts(
  path: string,
  options: { readonly ignore?: readonly string[]; readonly siblings?: ReadonlySet<string> | undefined } = {},
): Promise<ModelFacts> {
  const { siblings, ...forFolder } = options;
  return (await isFile(path)) ? factsOfFile(path, siblings) : factsOfFolder(path, forFolder);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isDirectory();
  } catch (error) {
    readFaultOf(error);
    return false;
  }
}

async function factsOfFolder(path: string, options: { readonly ignore?: readonly string[] }): Promise<ModelFacts> {
  const facts = await readDiffusersFolder(path, options);
  const snapshot = snapshotOf(path) ?? snapshotOf(facts.rootPath);
  const { rootPath, components, ...shared } = facts;
  return {
    entryPath: rootPath,
    bundleFormat: 'diffusers_directory',
    modelType: 'diffusion',
    ...shared,
    reasons: reasonsOf(facts),
    repoId: snapshot?.repoId ?? null,
    revision: snapshot?.revision ?? null,
    baseModel: null,
    triggerWords: [],
    description: null,
    architecture: null,
    quantisation: null,
    loraRank: null,
    loraTarget: null,
    files: [],
    fileNames: [],
    previewPath: null,
    suggestedName: cleanName(snapshot?.name ?? basename(path)),
  };
}

async function factsOfFile(path: string, siblings: ReadonlySet<string> | undefined): Promise<ModelFacts> {
  const realPath = await realpath(path).catch(() => path);
  const { title, ...facts } = await readSingleFile(path);
  const snapshot = snapshotOf(path) ?? snapshotOf(realPath);
  const stem = stemOf(path);
  const notes = await readSideNotes(dirname(path), stem, siblings);
  // Among the blobs of a cache the other files of a model have lost the names by which it knows them.
  const entryPath =
    facts.files.length > 1 && realPath !== path ? join(await realpath(dirname(path)), basename(path)) : realPath;
  const noted = facts.family === 'unknown' ? familyOfText(notes.baseModel) : null;
  const hint = facts.modelType === 'unknown' ? typeHintOf(path) : null;
  return {
    entryPath,
    bundleFormat: 'single_file',
    pipelineClass: null,
    ...facts,
    modelType: hint?.type ?? facts.modelType,
    family: noted ?? facts.family,
    reasons: [
      ...facts.reasons,
      ...(hint === null ? [] : [`It lies in a folder for this kind of model ("${hint.folder}").`]),
      ...(noted === null ? [] : [`${notes.source} beside it says that it is for ${notes.baseModel}.`]),
    ],
    baseModel: facts.baseModel ?? notes.baseModel,
    // People mend these by hand, or take them from where the model is published.
    triggerWords: notes.triggerWords.length > 0 ? notes.triggerWords : facts.triggerWords,
    description: facts.description ?? notes.description,
    fileCount: facts.files.length,
    repoId: snapshot?.repoId ?? null,
    revision: snapshot?.revision ?? null,
    previewPath: notes.previewPath,
    suggestedName: cleanName(
      notes.name ?? (genericStems.test(stem) ? (snapshot?.name ?? title ?? basename(dirname(path))) : stem),
    ),
  };
}

/** What trainers and exporters call every file that they write. */
const genericStems =
  /^(model|diffusion_pytorch_model|pytorch_model|pytorch_lora_weights|adapter_model|learned_embeds|open_clip_model|flax_model|weights|last|best)([.-](fp16|fp32|bf16|non_ema|ema))*$/i;

function stemOf(path: string): string {
  const name = basename(path);
  return formatOfName(name) === null ? name : name.slice(0, -extname(name).length);
}

/** One line that can be shown and typed: a file's name may hold any byte but a slash. */
function cleanName(name: string): string {
  const visible = name
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return [...visible].slice(0, 200).join('') || 'model';
}

function reasonsOf({ pipelineClass, weightsFormat }: DiffusersFacts): string[] {
  return [
    'It holds a model_index.json, as diffusers writes it.',
    ...(pipelineClass === null ? [] : [`Its pipeline is ${pipelineClass}.`]),
    ...(weightsFormat === 'onnx' ? ['Its networks were exported to ONNX.'] : []),
  ];
}
