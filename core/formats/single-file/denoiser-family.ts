/** Shapes of a file's tensors by name, row-major. */
export type TensorShapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

export interface DenoiserKind {
  readonly isDenoiser: boolean;
  readonly family: string;
  readonly task: string;
  readonly reason: readonly string[];
}

/**
 * Transformers by names that only they have, in the layout of their first release and in that of diffusers. Order matters: later models
 * took over names of earlier ones.
 */
const transformers: readonly (readonly [RegExp, string, string])[] = [
  [
    /^(double_stream_modulation_img|single_transformer_blocks\.\d+\.attn\.to_qkv_mlp_proj)\b/,
    'flux-2',
    'text-to-image',
  ],
  [/^distilled_guidance_layer\./, 'chroma', 'text-to-image'],
  [/^(txt_in\.individual_token_refiner|context_embedder\.token_refiner)\./, 'hunyuan-video', 'text-to-video'],
  [/^double_blocks\.\d+\.img_attn\./, 'flux', 'text-to-image'],
  [/^joint_blocks\.\d+\./, 'stable-diffusion-3', 'text-to-image'],
  [/^(double_layers|joint_transformer_blocks)\.\d+\./, 'auraflow', 'text-to-image'],
  [/^transformer_blocks\.\d+\.img_mod\./, 'qwen-image', 'text-to-image'],
  [/^caption_projection\.0\.linear\./, 'hidream', 'text-to-image'],
  [/^(clf\.1\.weight|clip_txt_mapper\.weight|clip_mapper\.weight)$/, 'stable-cascade', 'text-to-image'],
  [/^mlp_t5\.0\./, 'hunyuan', 'text-to-image'],
  [/^(transformer_blocks\.\d+\.ff\.conv_inverted|blocks\.\d+\.mlp\.inverted_conv)\./, 'sana', 'text-to-image'],
  [/^t_block\.1\./, 'pixart', 'text-to-image'],
  [/^noise_refiner\.\d+\./, 'lumina', 'text-to-image'],
  [/^(blocks\.\d+\.cross_attn\.(q|k|norm_k)|condition_embedder\.text_embedder)\b/, 'wan', 'text-to-video'],
  [/^(patchify_proj|transformer_blocks\.\d+\.attn1\.(q_norm|norm_q))\./, 'ltx-video', 'text-to-video'],
  [/^adaln_single\.emb\.timestep_embedder\./, 'pixart', 'text-to-image'],
  [/^single_transformer_blocks\.\d+\.attn\./, 'flux', 'text-to-image'],
  [/^transformer_blocks\.\d+\.attn\.add_[kq]_proj\./, 'stable-diffusion-3', 'text-to-image'],
];

/** Of Z-Image's layers, which are otherwise called as Lumina's are. */
export const zImageWidth = 3840;

/** What a denoising network is, from names without the prefix of their file and shapes. */
export function denoiserFamilyOf(tensors: TensorShapes): DenoiserKind {
  const names = [...tensors.keys()];
  const isUnet = names.some((name) => /^(input_blocks\.\d+|down_blocks\.\d+|zero_convs\.\d+)\./.test(name));
  if (isUnet && !names.some((name) => /^(encoder|decoder)\./.test(name))) return unetOf(tensors, names);
  for (const [pattern, family, task] of transformers) {
    const name = names.find((candidate) => pattern.test(candidate));
    if (name === undefined) continue;
    const width = tensors.get(name)?.shape[0];
    const isZImage = family === 'lumina' && names.some((other) => isWidth(tensors, other));
    return {
      isDenoiser: true,
      family: isZImage ? 'z-image' : family,
      task,
      reason: [`${name}${width === undefined ? '' : ` (${width} wide)`} tells its family.`],
    };
  }
  return { isDenoiser: false, family: 'unknown', task: 'unknown', reason: [] };

  function isWidth(shapes: TensorShapes, name: string): boolean {
    return (
      /^noise_refiner\.0\.attention\.(qkv|to_q|out|to_out\.0)\.weight$/.test(name) &&
      shapes.get(name)?.shape[1] === zImageWidth
    );
  }
}

/** Widths of the text that cross-attention reads, as only these families have them. */
const contextFamilies: Readonly<Record<number, string>> = {
  768: 'stable-diffusion-1',
  1024: 'stable-diffusion-2',
  1280: 'stable-diffusion-xl',
  2048: 'stable-diffusion-xl',
};

const refinerWidth = 1280;

export function familyOfContext(width: number | undefined): string {
  return contextFamilies[width ?? 0] ?? 'unknown';
}

function unetOf(tensors: TensorShapes, names: readonly string[]): DenoiserKind {
  const context = names.find((name) => name.endsWith('attn2.to_k.weight'));
  const width = context === undefined ? undefined : tensors.get(context)?.shape[1];
  const first = tensors.get('input_blocks.0.0.weight') ?? tensors.get('conv_in.weight');
  const channels = first?.shape[1];
  const task =
    width === refinerWidth
      ? 'image-to-image'
      : channels === 9
        ? 'inpainting'
        : channels === 8
          ? 'image-to-image'
          : 'text-to-image';
  return {
    isDenoiser: true,
    family: familyOfContext(width),
    task,
    reason: [
      ...(width === undefined
        ? []
        : [`Its cross-attention reads text of width ${width}${width === refinerWidth ? ": SDXL's refiner" : ''}.`]),
      ...(channels === 9 ? ['It takes 9 channels: a network for inpainting.'] : []),
    ],
  };
}
