import type { NoiseSource } from '../contract/generate/generate.ts';

/** What a picture was made with, in the units and names of stable-diffusion-webui. */
export interface InfotextFields {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly steps: number;
  readonly sampler: string;
  readonly scheduler: string;
  readonly guidanceScale: number;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  /** A second noise that was mixed in. */
  readonly variation: { readonly subseed: number; readonly strength: number } | null;
  /** Of a picture made from another. */
  readonly denoisingStrength: number | null;
  /** 1: none. */
  readonly clipSkip: number;
  readonly rng: NoiseSource;
  /** First 10 hex digits of the weights' sha256; null: not known. */
  readonly modelHash: string | null;
  readonly modelName: string | null;
  /** Further parameters, written before the version. */
  readonly extras?: Readonly<Record<string, string>>;
  readonly version: string | null;
}

export interface Infotext {
  readonly prompt: string;
  readonly negativePrompt: string;
  /** Every value a string, as written; a size is split into `<Key>-1` and `<Key>-2`. */
  readonly parameters: Readonly<Record<string, string>>;
}

const negativePrefix = 'Negative prompt:';
const fewestParameters = 3;
// Both counts are bounded: an open end would take quadratic time on a long line without a colon.
const parameter = /(\w[\w \-/]{1,80}):[ \t]*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)/g;

/**
 * The text that stable-diffusion-webui 1.10 writes into a picture's `parameters` chunk, key for key in its order.
 * Source: modules/processing.py `create_infotext` and modules/infotext_utils.py `quote`, for their format alone.
 */
export function writeInfotext(fields: InfotextFields): string {
  const parameters: readonly (readonly [string, string | null])[] = [
    ['Steps', String(fields.steps)],
    ['Sampler', fields.sampler],
    ['Schedule type', fields.scheduler],
    ['CFG scale', asFloat(fields.guidanceScale)],
    ['Seed', String(fields.seed)],
    ['Size', `${fields.width}x${fields.height}`],
    ['Model hash', fields.modelHash],
    ['Model', fields.modelName],
    ['Variation seed', textOf(fields.variation?.subseed)],
    ['Variation seed strength', textOf(fields.variation?.strength)],
    ['Denoising strength', textOf(fields.denoisingStrength)],
    ['Clip skip', fields.clipSkip > 1 ? String(fields.clipSkip) : null],
    ['RNG', fields.rng.toUpperCase()],
    ...Object.entries(fields.extras ?? {}),
    ['Version', fields.version],
  ];
  const line = parameters
    .flatMap(([key, value]) => (value === null ? [] : [key === value ? key : `${key}: ${quote(value)}`]))
    .join(', ');
  const negative = fields.negativePrompt === '' ? '' : `\n${negativePrefix} ${fields.negativePrompt}`;
  return `${fields.prompt}${negative}\n${line}`;
}

/**
 * Takes an infotext apart by stable-diffusion-webui's rules. Never fails: what is no parameter is prompt.
 * The last line holds parameters only if it has three or more.
 */
export function readInfotext(text: string): Infotext {
  const lines = text.trim().split('\n');
  const lastLine = lines.at(-1)?.trim() ?? '';
  const found = [...lastLine.matchAll(parameter)];
  const hasParameters = found.length >= fewestParameters;
  if (hasParameters) lines.pop();

  const prompt: string[] = [];
  const negative: string[] = [];
  let isNegative = false;
  for (const untrimmed of lines) {
    let line = untrimmed.trim();
    if (line.startsWith(negativePrefix)) {
      isNegative = true;
      line = line.slice(negativePrefix.length).trim();
    }
    (isNegative ? negative : prompt).push(line);
  }
  return {
    prompt: prompt.join('\n'),
    negativePrompt: negative.join('\n'),
    parameters: hasParameters
      ? Object.fromEntries(found.flatMap(([, key = '', value = '']) => entriesOf(key, value)))
      : {},
  };
}

/** An infotext with further parameters, before its version where it names one. */
export function withParameters(text: string, parameters: Readonly<Record<string, string>>): string {
  const added = Object.entries(parameters)
    .map(([key, value]) => `${key}: ${quote(value)}`)
    .join(', ');
  const lineStart = text.lastIndexOf('\n') + 1;
  const versionAt = text.lastIndexOf(', Version: ');
  return versionAt >= lineStart ? `${text.slice(0, versionAt)}, ${added}${text.slice(versionAt)}` : `${text}, ${added}`;
}

function entriesOf(key: string, written: string): [string, string][] {
  const value = unquote(written.trim());
  const size = /^(\d+)x(\d+)$/.exec(value);
  if (!size) return [[key, value]];
  const [, width = '', height = ''] = size;
  return [
    [`${key}-1`, width],
    [`${key}-2`, height],
  ];
}

function quote(value: string): string {
  return /[,\n:]/.test(value) ? JSON.stringify(value) : value;
}

function unquote(value: string): string {
  if (!(value.startsWith('"') && value.endsWith('"'))) return value;
  try {
    const unquoted: unknown = JSON.parse(value);
    return typeof unquoted === 'string' ? unquoted : value;
  } catch {
    return value;
  }
}

const textOf = (value: number | null | undefined): string | null => (value == null ? null : String(value));

function asFloat(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
