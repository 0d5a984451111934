import { join, relative, sep } from 'node:path';
import type { Finding, FindingCode } from '../../contract/library/finding.ts';
import { formatLimits } from '../limits.ts';
import { type OnnxHeader, readOnnxHeader } from '../onnx/onnx.ts';
import { ReadFault, readSmallJson } from '../read-bounded.ts';
import { type ComponentWeights, readComponentWeights } from '../weights/component-weights.ts';
import { WeightsFault } from '../weights/safetensors.ts';
import type { BundleListing } from './bundle-listing.ts';
import { findingOf } from './finding-of.ts';
import type { ComponentEntry } from './model-index.ts';
import { checkTokenizer } from './tokenizer-check.ts';

export interface ComponentFacts {
  readonly name: string;
  readonly className: string;
  readonly kind: 'scheduler' | 'tokenizer' | 'processor' | 'network';
  readonly isOptional: boolean;
  readonly config: Readonly<Record<string, unknown>> | null;
  /** Null for what has no weights, and for weights that are not safetensors. */
  readonly weights: ComponentWeights | null;
  /** Of a network that was exported to ONNX instead. */
  readonly graph: OnnxHeader | null;
  readonly findings: readonly Finding[];
}

type Checked = Pick<ComponentFacts, 'config' | 'weights' | 'graph' | 'findings'>;

/** Parts that a pipeline names but makes its pictures without. */
const optionalNames = new Set(['safety_checker', 'feature_extractor', 'image_encoder', 'watermark', 'image_processor']);

/** Opens one component's config, weights headers or tokenizer files; never payload. */
export async function checkComponent(
  root: string,
  listing: BundleListing,
  entry: ComponentEntry,
): Promise<ComponentFacts> {
  const { name, className } = entry;
  const kind = kindOf(entry);
  const isOptional = optionalNames.has(name);
  const checked = await check(root, listing, entry, kind);
  const findings = isOptional ? checked.findings.map((finding) => asOptional(name, finding)) : checked.findings;
  // Several files of a part that isn't needed make one warning, which is accepted once.
  return { name, className, kind, isOptional, ...checked, findings: isOptional ? findings.slice(0, 1) : findings };
}

function kindOf({ name, className }: ComponentEntry): ComponentFacts['kind'] {
  if (/Scheduler$/.test(className) || name === 'scheduler') return 'scheduler';
  if (/Tokenizer(Fast)?$/.test(className) || /^tokenizer(_\d+)?$/.test(name)) return 'tokenizer';
  if (/(Processor|FeatureExtractor)(Fast)?$/.test(className) || name === 'feature_extractor') return 'processor';
  return 'network';
}

function asOptional(name: string, finding: Finding): Finding {
  // A link out of the folder stays an error: what isn't needed may still be read by another program.
  if (finding.code === 'missing_optional_component' || finding.code === 'path_escape') return finding;
  return findingOf(
    'missing_optional_component',
    `The ${words(name)} can't be used, though pictures can be made without it: ${finding.message} Restore it, or accept this warning.`,
    name,
  );
}

async function check(
  root: string,
  listing: BundleListing,
  { name, className }: ComponentEntry,
  kind: ComponentFacts['kind'],
): Promise<Checked> {
  const folder = listing.get(name);
  const only = (code: FindingCode, message: string): Checked => ({
    config: null,
    weights: null,
    graph: null,
    findings: [findingOf(code, message, name)],
  });
  if (folder?.kind === 'escape')
    return only('path_escape', `The folder "${name}" is a link out of the bundle: ${folder.reason}.`);
  if (folder === undefined || folder.kind === 'broken') {
    return optionalNames.has(name)
      ? only(
          'missing_optional_component',
          `The ${words(name)} is named in model_index.json but its folder is not there. Pictures can be made without it: restore the folder, or accept this warning.`,
        )
      : only('missing_component', `The folder "${name}", which model_index.json names, is not there. Download it.`);
  }
  if (folder.kind !== 'directory')
    return only('component_unreadable', `"${name}" ${folder.reason ?? 'is not a folder'}. Download the folder again.`);

  const below = [...listing.values()].filter(({ path }) => path.startsWith(`${name}/`));
  const escapes = below.filter((entry) => entry.kind === 'escape');
  if (escapes.length > 0)
    return {
      config: null,
      weights: null,
      graph: null,
      findings: escapes.map(({ path, reason }) =>
        findingOf('path_escape', `"${path}" is a link out of the bundle: ${reason}. Put the file itself there.`, path),
      ),
    };
  const names = below.map(({ path }) => path.slice(name.length + 1));
  if (kind === 'tokenizer')
    return { config: null, weights: null, graph: null, findings: await checkTokenizer(root, name, names) };
  if (kind === 'scheduler') return readConfig(root, name, names, ['scheduler_config.json', 'config.json']);
  if (kind === 'processor')
    return readConfig(root, name, names, ['preprocessor_config.json', 'processor_config.json', 'config.json']);
  return checkNetwork(root, name, names, /^(OnnxRuntimeModel$|ORT)/.test(className));
}

async function checkNetwork(
  root: string,
  name: string,
  names: readonly string[],
  isExported: boolean,
): Promise<Checked> {
  // Exporters to ONNX wrote none for a long time, and nothing needs it: the graph says all.
  const { config, findings } =
    isExported && !names.includes('config.json')
      ? { config: null, findings: [] }
      : await readConfig(root, name, names, ['config.json']);
  try {
    const weights = await readComponentWeights(join(root, name));
    if (weights.tensors.size === 0)
      throw new WeightsFault(
        'missing_weights',
        join(root, name),
        'The files of weights hold no tensors. Download them again.',
      );
    const clash = config === null ? null : clashOf(config, weights);
    if (clash === null) return { config, weights, graph: null, findings };
    return {
      config,
      weights,
      graph: null,
      findings: [...findings, findingOf('invalid_config', clash, `${name}/config.json`)],
    };
  } catch (error) {
    if (!(error instanceof WeightsFault)) throw error;
    // Folders that optimum exported hold their weights in the graph itself.
    const isOnnx =
      names.includes('model.onnx') && (error.code === 'missing_weights' || error.code === 'unsafe_weights_only');
    if (isOnnx)
      return {
        config,
        weights: null,
        ...(await checkGraph(root, name, names.includes('config.json') ? findings : [])),
      };
    const path = relative(root, error.path).replaceAll(sep, '/');
    return { config, weights: null, graph: null, findings: [...findings, findingOf(error.code, error.reason, path)] };
  }
}

async function checkGraph(
  root: string,
  name: string,
  findings: readonly Finding[],
): Promise<Pick<Checked, 'graph' | 'findings'>> {
  try {
    return { graph: await readOnnxHeader(join(root, name, 'model.onnx')), findings };
  } catch (error) {
    if (!(error instanceof WeightsFault)) throw error;
    const path = relative(root, error.path).replaceAll(sep, '/');
    return { graph: null, findings: [...findings, findingOf(error.code, error.reason, path)] };
  }
}

/** Whether config.json describes another network than the weights are of: the first convolution tells. */
function clashOf(config: Readonly<Record<string, unknown>>, { tensors }: ComponentWeights): string | null {
  if (config._class_name !== 'UNet2DConditionModel') return null;
  const shape = tensors.get('conv_in.weight')?.shape;
  const widths = config.block_out_channels;
  const [inputs, outputs] = [config.in_channels, Array.isArray(widths) ? widths[0] : undefined];
  if (shape?.length !== 4 || typeof inputs !== 'number' || typeof outputs !== 'number') return null;
  if (shape[0] === outputs && shape[1] === inputs) return null;
  return `config.json describes a network from ${inputs} to ${outputs} channels, but the weights are of one from ${shape[1]} to ${shape[0]}. Download both again.`;
}

async function readConfig(
  root: string,
  name: string,
  names: readonly string[],
  candidates: readonly string[],
): Promise<Checked> {
  const file = candidates.find((candidate) => names.includes(candidate)) ?? candidates[0] ?? 'config.json';
  const path = `${name}/${file}`;
  const problem = (code: FindingCode, message: string): Checked => ({
    config: null,
    weights: null,
    graph: null,
    findings: [findingOf(code, message, path)],
  });
  try {
    const config = await readSmallJson(join(root, name, file), formatLimits.configBytes);
    if (typeof config !== 'object' || config === null || Array.isArray(config))
      return problem('invalid_config', `"${path}" is not a JSON object. Download it again.`);
    return { config: config as Readonly<Record<string, unknown>>, weights: null, graph: null, findings: [] };
  } catch (error) {
    if (error instanceof SyntaxError) return problem('invalid_config', `"${path}" is not JSON. Download it again.`);
    if (!(error instanceof ReadFault)) throw error;
    const code =
      error.problem === 'missing' || error.problem === 'too_large' ? 'invalid_config' : 'component_unreadable';
    return problem(code, `"${path}" ${error.reason}. Download it again.`);
  }
}

/** `safety_checker` in a sentence. */
function words(name: string): string {
  return name.replaceAll('_', ' ');
}
