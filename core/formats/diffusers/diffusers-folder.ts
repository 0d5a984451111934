import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Finding } from '../../contract/library/finding.ts';
import { lstat, realpath, stat } from '../file-calls.ts';
import { noFingerprint } from '../no-fingerprint.ts';
import { readFaultOf } from '../read-bounded.ts';
import { familyOfContext } from '../single-file/denoiser-family.ts';
import { payloadSampleDigest } from '../weights/payload-samples.ts';
import { type CountedTensor, parametersOf, precisionOf } from '../weights/tensor-precision.ts';
import { type BundleListing, listBundle } from './bundle-listing.ts';
import { type ComponentFacts, checkComponent } from './component-check.ts';
import { findingOf } from './finding-of.ts';
import { type ComponentEntry, missingModelIndex, readModelIndex } from './model-index.ts';
import { familyOfUnet, pipelineKindOf } from './pipeline-class.ts';

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
  /** Of that network: `onnx` for a bundle that was exported. */
  readonly weightsFormat: 'safetensors' | 'onnx' | 'unknown';
  /** Of all networks whose weights could be read. */
  readonly parameterCount: number;
  readonly sizeBytes: number;
  readonly fileCount: number;
  readonly components: readonly ComponentFacts[];
  readonly findings: readonly Finding[];
  /** sha256 of names, sizes, weights headers and a few samples of weights, hexadecimal: stable when the folder moves, different when its files do. */
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
  for (const entry of exportedParts(index?.components ?? [], listing))
    components.push(await checkComponent(rootPath, listing, entry));

  const names = components.map(({ name }) => name);
  const kind = index?.className == null ? null : pipelineKindOf(index.className, names);
  const taskType = index?.isRefiner === true ? 'image-to-image' : (kind?.taskType ?? 'unknown');
  const main = mainNetwork(components);
  const files = [...listing.values()].filter((entry) => entry.kind === 'file');
  return {
    rootPath,
    pipelineClass: index?.className ?? null,
    family: kind?.family ?? familyOf(index?.className ?? null, components),
    taskType,
    precision: main === null ? 'unknown' : precisionOf(tensorsOf(main)),
    weightsFormat: main === null ? 'unknown' : main.weights === null ? 'onnx' : 'safetensors',
    parameterCount: components.reduce((sum, component) => sum + componentParameters(component), 0),
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    fileCount: files.length,
    components,
    findings: [
      ...findings,
      ...pipelineFindings(index?.className ?? null, taskType, findings.length === 0 ? names : null),
      ...components.flatMap((component) => component.findings),
    ],
    fingerprint: await fingerprintOf(listing, components),
  };
}

/** An export to ONNX splits the VAE in two, though model_index.json may still name it as one. */
function exportedParts(entries: readonly ComponentEntry[], listing: BundleListing): readonly ComponentEntry[] {
  if (listing.has('vae') || !listing.has('vae_decoder/model.onnx')) return entries;
  return entries.flatMap((entry) => {
    if (entry.name !== 'vae') return [entry];
    const halves = ['vae_decoder', 'vae_encoder'].filter((name) => listing.has(`${name}/model.onnx`));
    return halves.map((name) => ({ ...entry, name }));
  });
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
  if (names === null) return [];
  // An export to ONNX has the VAE in two halves, of which pictures need the second.
  const has = (name: string) => names.includes(name) || (name === 'vae' && names.includes('vae_decoder'));
  const missing = requiredComponents(className).filter((name) => !has(name));
  const lacks = missing.length > 0 || names.some(isDenoiserName) ? missing : ['network that makes pictures'];
  return lacks.map((name) =>
    findingOf(
      'missing_component',
      `model_index.json names no ${name}, without which ${className} makes no pictures. Download the model again.`,
      'model_index.json',
    ),
  );
}

/** What a pipeline can't do without, whether or not its model_index.json names it. */
function requiredComponents(className: string): readonly string[] {
  const bareName = className.replace(/^(Onnx|ORT|OV|Flax)/, '');
  if (/^(StableDiffusion|LatentConsistencyModel)Pipeline$/.test(bareName))
    return ['unet', 'vae', 'text_encoder', 'tokenizer', 'scheduler'];
  if (bareName === 'StableDiffusionXLPipeline') return ['unet', 'vae', 'text_encoder_2', 'tokenizer_2', 'scheduler'];
  return [];
}

/** Most pipelines call it unet or transformer; Stable Cascade and its kin have a prior and a decoder. */
function isDenoiserName(name: string): boolean {
  return /unet|transformer|prior|decoder/.test(name);
}

function familyOf(className: string | null, components: readonly ComponentFacts[]): string {
  const isStableDiffusion = className !== null && /StableDiffusion|LatentConsistencyModel|AltDiffusion/.test(className);
  const unet = components.find(({ name }) => name === 'unet');
  if (!isStableDiffusion || unet === undefined) return 'unknown';
  if (unet.config !== null) return familyOfUnet(unet.config);
  // An older exporter to ONNX wrote no config: the width of the text that the graph takes tells.
  const width = unet.graph?.inputs.find(({ name }) => name === 'encoder_hidden_states')?.shape.at(-1);
  return typeof width === 'number' ? familyOfContext(width) : 'unknown';
}

/** The tensors of a component's network, in whatever format. */
function tensorsOf({ weights, graph }: ComponentFacts): Iterable<CountedTensor> {
  return weights?.tensors.values() ?? graph?.tensors.values() ?? [];
}

function componentParameters(component: ComponentFacts): number {
  return parametersOf(tensorsOf(component));
}

/** The network whose precision is the bundle's: the denoiser, or else the largest. */
function mainNetwork(components: readonly ComponentFacts[]): ComponentFacts | null {
  const networks = components.filter(({ weights, graph }) => weights !== null || graph !== null);
  const rank = ({ name }: ComponentFacts) => (/^(unet|transformer)$/.test(name) ? 1 : 0);
  return networks.sort((a, b) => rank(b) - rank(a) || componentParameters(b) - componentParameters(a))[0] ?? null;
}

async function fingerprintOf(listing: BundleListing, components: readonly ComponentFacts[]): Promise<string> {
  const digests = new Map<string, string>();
  for (const { name, weights, graph } of components) {
    for (const [index, { path, headerBytes, headerDigest }] of (weights?.files ?? []).entries()) {
      const samples = await payloadSampleDigest(path, headerBytes);
      digests.set(`${name}/${weights?.fileNames[index]}`, `${headerDigest} ${samples}`);
    }
    if (graph !== null) digests.set(`${name}/model.onnx`, graph.structureDigest);
  }
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
    weightsFormat: 'unknown',
    parameterCount: 0,
    sizeBytes: 0,
    fileCount: 0,
    components: [],
    findings: [finding],
    fingerprint: noFingerprint,
  };
}
