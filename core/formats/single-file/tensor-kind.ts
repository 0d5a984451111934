import type { ModelType } from '../../contract/library/metadata.ts';
import { denoiserFamilyOf, type TensorShapes } from './denoiser-family.ts';
import { loraKindOf } from './lora-kind.ts';
import type { TensorKind } from './single-file-facts.ts';

/** Every name is held against every pattern: more would hold up the thread. The largest real files have some 10,000. */
const judgedTensors = 20_000;

/** The pure heart of the reading of single files: judges a file by its tensors, since names of files and folders lie. First match wins. */
export function kindOfTensors(all: TensorShapes): TensorKind {
  const tensors = all.size > judgedTensors ? new Map([...all].slice(0, judgedTensors)) : all;
  if (tensors.size === 0) return kind('unknown', 'unknown', 'unknown', 'It holds no tensors.');
  const names = [...tensors.keys()];
  return (
    loraKindOf(tensors, names) ??
    embeddingOf(tensors, names) ??
    controlnetOf(tensors, names) ??
    checkpointOf(tensors, names) ??
    upscalerOf(tensors, names) ??
    bareDenoiserOf(tensors, names) ??
    vaeOf(tensors, names) ??
    textModelOf(tensors, names) ??
    kind('unknown', 'unknown', 'unknown', `None of its ${tensors.size} tensors has a name that is known.`)
  );
}

function kind(modelType: ModelType, family: string, taskType: string, ...reasons: string[]): TensorKind {
  return { modelType, family, taskType, reasons, loraRank: null, loraTarget: null };
}

function embeddingOf(tensors: TensorShapes, names: readonly string[]): TensorKind | null {
  if (tensors.size > 8) return null;
  const has = (name: string) => tensors.has(name);
  if (has('clip_l') && has('clip_g'))
    return kind('embedding', 'stable-diffusion-xl', 'unknown', 'It holds vectors for both text encoders of SDXL.');
  const [name] = names;
  if (name === undefined) return null;
  const known = ['emb_params', 'clip_l', '*'].find(has);
  const width = tensors.get(known ?? name)?.shape.at(-1);
  // diffusers writes one tensor, called as the word is.
  const isLearnt = tensors.size === 1 && (tensors.get(name)?.shape.length ?? 0) <= 2 && /^<?[\w-]+>?$/.test(name);
  if (known === undefined && !(isLearnt && (width === 768 || width === 1024 || width === 1280))) return null;
  const families: Readonly<Record<number, string>> = { 768: 'stable-diffusion-1', 1024: 'stable-diffusion-2' };
  return kind(
    'embedding',
    families[width ?? 0] ?? 'unknown',
    'unknown',
    `It holds text vectors of width ${width} (${known ?? name}).`,
  );
}

function controlnetOf(tensors: TensorShapes, names: readonly string[]): TensorKind | null {
  const mark = names.find((name) =>
    /^(control_model\.|controlnet_cond_embedding\.|input_hint_block\.|controlnet_down_blocks\.|controlnet_blocks\.|controlnet_x_embedder\.|control_mode_embedder\.|lora_controlnet$|adapter\.body\.|body\.\d+\.(in_conv|resnets)\.)/.test(
      name,
    ),
  );
  if (mark === undefined) return null;
  return kind(
    'controlnet',
    denoiserFamilyOf(withoutPrefix(tensors, 'control_model.')).family,
    'controlled-text-to-image',
    `It holds ${mark}, as ControlNets and adapters do.`,
  );
}

/** In the layout of one file for all: `model.diffusion_model.` beside text encoder and VAE. */
function checkpointOf(tensors: TensorShapes, names: readonly string[]): TensorKind | null {
  const prefix = 'model.diffusion_model.';
  if (!names.some((name) => name.startsWith(prefix))) return null;
  const { family, task, reason } = denoiserFamilyOf(withoutPrefix(tensors, prefix));
  const vae = names.some((name) => /^(first_stage_model|vae)\./.test(name));
  const text = names.some((name) => /^(cond_stage_model|conditioner|text_encoders|text_encoder)\./.test(name));
  const parts = ['the denoising network', ...(vae ? ['a VAE'] : []), ...(text ? ['text encoders'] : [])];
  const isWhole = vae || text;
  const last = parts.pop();
  return kind(
    isWhole ? 'checkpoint' : 'diffusion',
    family,
    task,
    `It holds ${parts.length > 0 ? `${parts.join(', ')} and ${last}` : `${last} alone`} (${prefix}).`,
    ...reason,
  );
}

function bareDenoiserOf(tensors: TensorShapes, names: readonly string[]): TensorKind | null {
  const stripped = names.some((name) => name.startsWith('diffusion_model.'))
    ? withoutPrefix(tensors, 'diffusion_model.')
    : tensors;
  const { family, task, reason, isDenoiser } = denoiserFamilyOf(stripped);
  if (!isDenoiser) return null;
  return kind('diffusion', family, task, 'It holds the denoising network alone.', ...reason);
}

function upscalerOf(tensors: TensorShapes, names: readonly string[]): TensorKind | null {
  const bare = new Set(names.map((name) => name.replace(/^(params_ema|params|model_ema|module)\./, '')));
  const some = (pattern: RegExp) => [...bare].some((name) => pattern.test(name));
  const network = some(/^model\.1\.sub\.\d+\.RDB1\./)
    ? 'ESRGAN'
    : some(/^(RRDB_trunk\.\d+|body\.\d+)\.(RDB1|rdb1)\./)
      ? 'RRDBNet (Real-ESRGAN)'
      : some(/^layers\.\d+\.residual_group\.overlap_attn\./)
        ? 'HAT'
        : some(/^layers\.\d+\.residual_group\.blocks\.\d+\.attn\.cpb_mlp\./)
          ? 'Swin2SR'
          : some(/^layers\.\d+\.residual_group\.blocks\.\d+\.attn\./)
            ? 'SwinIR'
            : some(/^layers\.\d+\.blocks\.\d+\.(attn|dw)\..*/) && bare.has('conv_first.weight')
              ? 'DAT'
              : bare.has('conv_first.weight') && some(/^upconv\d\.weight$/)
                ? 'RRDBNet'
                : some(/^block_\d+\.c\d_r\./)
                  ? 'SPAN'
                  : isCompact(tensors, bare)
                    ? 'SRVGGNet (Real-ESRGAN compact)'
                    : null;
  return network === null
    ? null
    : kind('upscaler', 'unknown', 'image-upscaling', `Its tensors are called as those of ${network} are.`);
}

/** Nothing but `body.N`, a convolution from three channels first. */
function isCompact(tensors: TensorShapes, bare: ReadonlySet<string>): boolean {
  const first = tensors.get('body.0.weight') ?? tensors.get('params.body.0.weight');
  return (
    first?.shape.length === 4 &&
    first.shape[1] === 3 &&
    [...bare].every((name) => /^body\.\d+\.(weight|bias)$/.test(name))
  );
}

function vaeOf(tensors: TensorShapes, names: readonly string[]): TensorKind | null {
  const bare = new Map([...tensors].map(([name, info]) => [name.replace(/^(first_stage_model|vae)\./, ''), info]));
  const isLdm = [...bare.keys()].some((name) => /^(decoder\.up\.\d+\.|encoder\.down\.\d+\.block\.)/.test(name));
  const isDiffusers = [...bare.keys()].some((name) => /^(decoder\.up_blocks|encoder\.down_blocks)\.\d+\./.test(name));
  const isTiny = names.some((name) => /^(taesd_(en|de)coder|decoder\.layers)\.\d+\./.test(name));
  if (!isLdm && !isDiffusers && !isTiny) return null;
  const latents = bare.get('decoder.conv_in.weight')?.shape[1];
  const channels = latents === undefined ? '' : ` with ${latents} latent channels`;
  return kind(
    'vae',
    'unknown',
    'unknown',
    `It holds ${isTiny ? 'a small' : 'an'} image encoder or decoder${channels}.`,
  );
}

function textModelOf(tensors: TensorShapes, names: readonly string[]): TensorKind | null {
  const some = (pattern: RegExp) => names.some((name) => pattern.test(name));
  const width = (pattern: RegExp) => {
    const name = names.find((candidate) => pattern.test(candidate));
    return name === undefined ? undefined : tensors.get(name)?.shape.at(-1);
  };
  // transformers 5 leaves the first part of these names out.
  const isBareClip = some(/^encoder\.layers\.\d+\.self_attn\./) && some(/^embeddings\.token_embedding\./);
  if (isBareClip || some(/(^|\.)text_model\.encoder\.layers\.\d+\./) || some(/^transformer\.resblocks\.\d+\./))
    return kind(
      'text_encoder',
      'clip',
      'unknown',
      `It holds a CLIP text encoder of width ${width(/token_embedding\.weight$/) ?? 'unknown'}.`,
    );
  if (some(/(^|\.)encoder\.block\.\d+\.layer\.0\.SelfAttention\./) && !some(/(^|\.)decoder\.block\.\d+\./))
    return kind(
      'text_encoder',
      't5',
      'unknown',
      `It holds a T5 text encoder of width ${width(/^shared\.weight$/) ?? 'unknown'}.`,
    );
  if (
    some(/^(language_)?(model\.)?(language_model\.)?(model\.)?layers\.\d+\.(self_attn|attention|mlp)\./) &&
    some(/embed_tokens\.weight$/)
  )
    return kind('llm', 'unknown', 'text-generation', 'It holds a language model (embed_tokens and its layers).');
  if (some(/^(image_proj|ip_adapter)\./)) return kind('unknown', 'unknown', 'unknown', 'It holds an IP-Adapter.');
  if (some(/^(vision_model|visual)\./))
    return kind('unknown', 'clip', 'unknown', 'It holds an image encoder (vision_model).');
  return null;
}

function withoutPrefix(tensors: TensorShapes, prefix: string): TensorShapes {
  const stripped = new Map<string, { readonly shape: readonly number[] }>();
  for (const [name, info] of tensors) if (name.startsWith(prefix)) stripped.set(name.slice(prefix.length), info);
  return stripped.size === 0 ? tensors : stripped;
}
