import { createHash } from 'node:crypto';
import { lstat, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../contract/finding.ts';
import type { ComponentWeights } from './component-weights.ts';
import { type BundleListing, listBundle } from './diffusers/bundle-listing.ts';
import { type ComponentFacts, checkComponent } from './diffusers/component-check.ts';
import { findingOf } from './diffusers/finding-of.ts';
import { missingModelIndex, readModelIndex } from './diffusers/model-index.ts';
import { familyOfUnet, pipelineKindOf } from './diffusers/pipeline-class.ts';
import { readFaultOf } from './read-bounded.ts';
import type { SafetensorsDtype } from './safetensors.ts';

/** What a diffusers folder is, and what is wrong with it. */
export interface DiffusersFacts {
  /** The folder with links resolved; as given when there is none. */
  readonly rootPath: string;
  /** `_class_name` of model_index.json. */
  readonly pipelineClass: string | null;
  /** `stable-diffusion-1`, `flux`, ... or `unknown`. */
  readonly family: string;
  readonly taskType: string;
  /** `fp32`, `fp16`, `bf16`, `fp8`, `mixed` or `unknown`: of the denoising network. */
  readonly precision: string;
  /** Of all networks, as far as their weights are safetensors. */
  readonly parameterCount: number;
  readonly sizeBytes: number;
  readonly fileCount: number;
  readonly components: readonly ComponentFacts[];
  readonly findings: readonly Finding[];
  /** sha256 of names, sizes and weights headers, hexadecimal: stable when the folder moves, different when its files do. */
  readonly fingerprint: string;
}

/**
 * Reads what a diffusers folder is, and everything that is wrong with it, in one pass over model_index.json, configs, weights headers and
 * tokenizer files. Costs milliseconds whatever the size of the weights; writes nothing. Whatever the folder holds, this answers with
 * findings and never throws for it. `ignore` names files at the root that are ours, not the model's.
 */
export async function readDiffusersFolder(
  root: string,
  options: { readonly ignore?: readonly string[] } = {},
): Promise<DiffusersFacts> {
  let rootPath: string;
  try {
    rootPath = await realpath(root);
    if (!(await stat(rootPath)).isDirectory())
      return nothing(
        root,
        findingOf('path_not_directory', 'This is not a folder. Choose the folder that holds model_index.json.'),
      );
  } catch (error) {
    const { problem, reason } = readFaultOf(error);
    return nothing(
      root,
      problem === 'missing'
        ? findingOf('path_not_found', 'The folder is not there. Put it back, or take the model out of the library.')
        : findingOf('component_unreadable', `The folder ${reason}.`),
    );
  }

  // Asked first, so that a folder of everything, chosen by mistake, isn't walked.
  if (!(await hasModelIndex(rootPath))) return nothing(rootPath, missingModelIndex);
  const listing = await listBundle(rootPath, new Set(options.ignore));
  const rootEntry = listing.get('');
  if (rootEntry !== undefined)
    return nothing(
      rootPath,
      findingOf('component_unreadable', `The folder ${rootEntry.reason}. Change its permissions.`),
    );
  const { index, findings } = await readModelIndex(rootPath, listing);
  const components: ComponentFacts[] = [];
  for (const entry of index?.components ?? []) components.push(await checkComponent(rootPath, listing, entry));

  const names = components.map(({ name }) => name);
  const kind = index?.className == null ? null : pipelineKindOf(index.className, names);
  const taskType = index?.isRefiner === true ? 'image-to-image' : (kind?.taskType ?? 'unknown');
  const files = [...listing.values()].filter((entry) => entry.kind === 'file');
  return {
    rootPath,
    pipelineClass: index?.className ?? null,
    family: kind?.family ?? familyOf(index?.className ?? null, components),
    taskType,
    precision: precisionOf(components),
    parameterCount: components.reduce((sum, { weights }) => sum + parametersOf(weights), 0),
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    fileCount: files.length,
    components,
    findings: [
      ...findings,
      ...pipelineFindings(index?.className ?? null, taskType, findings.length === 0 ? names : null),
      ...components.flatMap((component) => component.findings),
    ],
    fingerprint: fingerprintOf(listing, components),
  };
}

/** Whether a folder holds a model_index.json, were it only a broken one. */
export async function hasModelIndex(folder: string): Promise<boolean> {
  try {
    await lstat(join(folder, 'model_index.json'));
    return true;
  } catch (error) {
    if (readFaultOf(error).problem === 'missing') return false;
    return true;
  }
}

/** `names` is null when model_index.json could not be read whole, and so names less than there is. */
function pipelineFindings(className: string | null, taskType: string, names: readonly string[] | null): Finding[] {
  if (className === null) return [];
  if (taskType !== 'text-to-image')
    return [
      findingOf(
        'unsupported_pipeline',
        `${className} is not a text-to-image pipeline${taskType === 'unknown' ? '' : ` but one for ${taskType}`}. Vitrine keeps models that make pictures from text.`,
        'model_index.json',
      ),
    ];
  const missing = requiredComponents(className).filter((name) => names !== null && !names.includes(name));
  return missing.map((name) =>
    findingOf(
      'missing_component',
      `model_index.json names no ${name}, without which ${className} makes no pictures. Download the model again.`,
      'model_index.json',
    ),
  );
}

/** What a pipeline can't do without, whether or not its model_index.json names it. */
function requiredComponents(className: string): readonly string[] {
  if (className === 'StableDiffusionPipeline') return ['unet', 'vae', 'text_encoder', 'tokenizer', 'scheduler'];
  if (className === 'StableDiffusionXLPipeline') return ['unet', 'vae', 'text_encoder_2', 'tokenizer_2', 'scheduler'];
  return [];
}

function familyOf(className: string | null, components: readonly ComponentFacts[]): string {
  const config = components.find(({ name }) => name === 'unet')?.config;
  const isStableDiffusion = className !== null && /StableDiffusion|LatentConsistencyModel|AltDiffusion/.test(className);
  return isStableDiffusion && config != null ? familyOfUnet(config) : 'unknown';
}

const precisionNames: Readonly<Partial<Record<SafetensorsDtype, string>>> = {
  F64: 'fp64',
  F32: 'fp32',
  F16: 'fp16',
  BF16: 'bf16',
  F8_E4M3: 'fp8',
  F8_E5M2: 'fp8',
  F4: 'fp4',
};

function precisionOf(components: readonly ComponentFacts[]): string {
  const largest = components
    .filter(({ weights }) => weights !== null)
    .sort((a, b) => denoiserRank(b) - denoiserRank(a) || parametersOf(b.weights) - parametersOf(a.weights))[0];
  const counts = new Map<string, number>();
  for (const { dtype, shape } of largest?.weights?.tensors.values() ?? []) {
    const name = precisionNames[dtype];
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + valuesOf(shape));
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  // A few norms kept in fp32 don't make a half-precision network a mixed one.
  for (const [name, count] of counts) if (count > total * 0.95) return name;
  return counts.size === 0 ? 'unknown' : 'mixed';
}

function denoiserRank({ name }: ComponentFacts): number {
  return /^(unet|transformer)$/.test(name) ? 1 : 0;
}

function parametersOf(weights: ComponentWeights | null): number {
  let count = 0;
  for (const { dtype, shape } of weights?.tensors.values() ?? [])
    if (precisionNames[dtype] !== undefined) count += valuesOf(shape);
  return count;
}

function valuesOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function fingerprintOf(listing: BundleListing, components: readonly ComponentFacts[]): string {
  const digests = new Map<string, string>();
  for (const { name, weights } of components)
    weights?.files.forEach(({ headerDigest }, index) => {
      digests.set(`${name}/${weights.fileNames[index]}`, headerDigest);
    });
  const hash = createHash('sha256');
  for (const { path, kind, sizeBytes } of listing.values()) {
    // Readmes and sample pictures beside the components are not the model.
    const isPart = path === 'model_index.json' || components.some(({ name }) => path.startsWith(`${name}/`));
    if (kind === 'file' && isPart) hash.update(`${JSON.stringify([path, sizeBytes, digests.get(path) ?? null])}\n`);
  }
  return hash.digest('hex');
}

function nothing(rootPath: string, finding: Finding): DiffusersFacts {
  return {
    rootPath,
    pipelineClass: null,
    family: 'unknown',
    taskType: 'unknown',
    precision: 'unknown',
    parameterCount: 0,
    sizeBytes: 0,
    fileCount: 0,
    components: [],
    findings: [finding],
    fingerprint: createHash('sha256').digest('hex'),
  };
}
