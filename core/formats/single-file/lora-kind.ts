import { familyOfContext, type TensorShapes, zImageWidth } from './denoiser-family.ts';
import type { TensorKind } from './single-file-facts.ts';

/** Ends of names that hold the lower half of a low-rank pair, whose first dimension is the rank. */
const lowerHalf =
  /\.(lora_down|lora_A|lora_A\.default|lora\.down|lora_linear_layer\.down|down|processor\.\w+_lora\.down|proj_lora\d?\.down|qkv_lora\d?\.down)\.weight$|\.(hada_w1_b|lokr_w2_b|lokr_w1_b)$/;

/** The names by which each way of small changes to a network is known. */
const methods: readonly (readonly [RegExp, string])[] = [
  [/\.hada_w1_a$/, 'LoHa'],
  [/\.lokr_w[12](_a|_b)?$/, 'LoKr'],
  [/\.(oft_blocks|oft_diag|oft_R\.weight)$/, 'OFT'],
  [
    /\.(lora_down|lora_up|lora_A|lora_B|lora_A\.default|lora\.down|lora_linear_layer\.down|lora_mid)\.weight$|\.\w*lora\d?\.down\.weight$/,
    'LoRA',
  ],
  [/\.diff(_b)?$/, 'full differences'],
];

/** A file of small changes to a network, in the naming of kohya, diffusers, PEFT, LyCORIS or XLabs; null for anything else. */
export function loraKindOf(tensors: TensorShapes, names: readonly string[]): TensorKind | null {
  const method = methods.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1];
  if (method === undefined) return null;
  const rank = rankOf(tensors);
  const targets = targetsOf(names);
  const family = familyOf(tensors, names);
  return {
    modelType: 'lora',
    family,
    taskType: 'unknown',
    reasons: [
      `It holds changes to a network (${method}${rank === null ? '' : ` of rank ${rank}`}) for ${targets.length === 0 ? 'an unknown network' : targets.join(' and ')}.`,
    ],
    loraRank: rank,
    loraTarget: targets.length === 0 ? null : targets.join(', '),
  };
}

/** The rank that most pairs have: some trainers give a few layers another. */
function rankOf(tensors: TensorShapes): number | null {
  const counts = new Map<number, number>();
  for (const [name, { shape }] of tensors) {
    const rank = shape[0];
    if (rank !== undefined && lowerHalf.test(name)) counts.set(rank, (counts.get(rank) ?? 0) + 1);
  }
  return [...counts].sort(([rankA, a], [rankB, b]) => b - a || rankB - rankA)[0]?.[0] ?? null;
}

function targetsOf(names: readonly string[]): string[] {
  const some = (pattern: RegExp) => names.some((name) => pattern.test(name));
  const isTransformer = some(
    /(^|[._])(double_blocks|single_blocks|joint_blocks|single_transformer_blocks|noise_refiner|context_refiner|layers[._]\d+[._]attention|img_mod|add_[kq]_proj)[._]/,
  );
  const isDenoiser = some(
    /^(lora_unet_|unet\.|lora_transformer_|transformer\.|diffusion_model\.|lycoris_|base_model\.|model\.diffusion_model\.|double_blocks\.|single_blocks\.|transformer_blocks\.|down_blocks\.|mid_block\.|up_blocks\.)/,
  );
  const isNamedTransformer = some(/^(lora_transformer_|transformer\.(?!text_model))/);
  return [
    ...(isDenoiser ? [isTransformer || isNamedTransformer ? 'transformer' : 'unet'] : []),
    ...(some(/^(lora_te\d?_|text_encoder(_\d)?\.|lora_prior_te_|text_encoders?\.|lycoris_te)/) ? ['text_encoder'] : []),
  ];
}

const familyMarks: readonly (readonly [RegExp, string])[] = [
  [/single_transformer_blocks[._]\d+[._]attn[._]to_qkv_mlp_proj/, 'flux-2'],
  [/distilled_guidance_layer/, 'chroma'],
  [/double_blocks[._]\d+[._](img|txt)_mlp[._]fc[12]/, 'hunyuan-video'],
  [/double_blocks[._]\d+[._]|single_transformer_blocks[._]\d+[._]/, 'flux'],
  [/joint_blocks[._]\d+[._]/, 'stable-diffusion-3'],
  [/transformer_blocks[._]\d+[._](img_mod|img_mlp|txt_mlp)/, 'qwen-image'],
  [/(^|[._])blocks[._]\d+[._]cross_attn[._]/, 'wan'],
  [/^(lora_te2_|text_encoder_2\.)/, 'stable-diffusion-xl'],
  // Only SDXL's UNet has blocks of more than one transformer.
  [
    /(down_blocks|up_blocks|input_blocks|output_blocks|middle_block|mid_block)\D\d.*transformer_blocks[._]([2-9])[._]/,
    'stable-diffusion-xl',
  ],
];

/** Joint attention is in many families: its width tells those of SD 3 (medium, large) from the wider ones. */
const jointFamilies: Readonly<Record<number, string>> = { 1536: 'stable-diffusion-3', 2432: 'stable-diffusion-3' };
const zImageLayer = /(^|[._])(layers|noise_refiner|context_refiner)[._]\d+[._]attention[._]/;

function familyOf(tensors: TensorShapes, names: readonly string[]): string {
  for (const [pattern, family] of familyMarks) if (names.some((name) => pattern.test(name))) return family;
  for (const [name, { shape }] of tensors) {
    const isLower = lowerHalf.test(name) || /\.hada_w[12]_b$/.test(name);
    if (isLower && /add_[kq]_proj[._]/.test(name)) return jointFamilies[shape[1] ?? 0] ?? 'unknown';
    if (isLower && zImageLayer.test(name) && shape[1] === zImageWidth) return 'z-image';
    if (!/attn2[._](processor[._])?to_[kv][._]?/.test(name)) continue;
    // LoKr splits both sides by factors, which its shapes alone don't tell.
    if (isLower && !name.includes('lokr')) return familyOfContext(shape[1]);
  }
  return 'unknown';
}
