/** What a pipeline class of diffusers (or of optimum, its ONNX and OpenVINO export) makes. */
export interface PipelineKind {
  /** Hugging Face's task names: `text-to-image`, `image-to-image`, ... or `unknown`. */
  readonly taskType: string;
  /** `stable-diffusion-1` and its like; null where only the configs can say. */
  readonly family: string | null;
}

/** First match wins. The class names are those of diffusers 0.40 and of its older releases. */
const otherTasks: readonly (readonly [RegExp, string])[] = [
  [/Audio|Music|Spectrogram|DanceDiffusion|Speech|AceStep/i, 'text-to-audio'],
  [/ImageToVideo|Img2Vid|I2V|VideoToVideo|VideoDiffusion|^PIA/i, 'image-to-video'],
  [/Video|T2V|Animate|^(LTX|Wan|Mochi|Allegro|Latte|SkyReels|ConsisID|Magi)|World|Framepack/i, 'text-to-video'],
  [/ShapE|Text2?3D|ImageTo3D/i, 'text-to-3d'],
  [/Marigold|DepthEstimation/i, 'depth-estimation'],
  [/Inpaint|Fill|PaintByExample|RePaint/i, 'inpainting'],
  [/ControlNet|Controlnet|FluxControl|AdapterPipeline|GLIGENTextImage|ControlLoRA|Cobra/i, 'controlled-text-to-image'],
  [/Upscal|SuperRes|LDMSuperResolution/i, 'image-upscaling'],
  [
    /Refiner|Img2Img|ImageToImage|Image2Image|Depth2Img|Pix2Pix|Edit|Kontext|Variation|CycleDiffusion|DiffEdit|Redux|Layered|VisualCloze|BlipDiffusion|Inversion|ImageGuided/i,
    'image-to-image',
  ],
  [/Prior/i, 'prior'],
  [
    /^(DDPM|DDIM|PNDM|ScoreSdeVe|KarrasVe|LDM|DiT|ConsistencyModel)Pipeline$|Unconditional/,
    'unconditional-image-generation',
  ],
];

/** Families by class name. Classes of Stable Diffusion 1 and 2 share their names: their UNet's config decides. */
const families: readonly (readonly [RegExp, string])[] = [
  [/StableDiffusionXL|SDXL/, 'stable-diffusion-xl'],
  [/StableDiffusion3/, 'stable-diffusion-3'],
  [/^Flux2/, 'flux-2'],
  [/^Flux/, 'flux'],
  [/^Chroma/, 'chroma'],
  [/^PixArt/, 'pixart'],
  [/^Kolors/, 'kolors'],
  [/^(Stable)?(Cascade|StableCascade)/, 'stable-cascade'],
  [/^Wuerstchen/, 'wuerstchen'],
  [/^Kandinsky/, 'kandinsky'],
  [/^QwenImage/, 'qwen-image'],
  [/^ZImage/, 'z-image'],
  [/^Sana/, 'sana'],
  [/^Lumina/, 'lumina'],
  [/^AuraFlow/, 'auraflow'],
  [/^CogView/, 'cogview'],
  [/^Hunyuan/, 'hunyuan'],
  [/^HiDream/, 'hidream'],
  [/^OmniGen/, 'omnigen'],
  [/^Bria/, 'bria'],
  [/^Cosmos/, 'cosmos'],
  [/^IFPipeline$/, 'deepfloyd-if'],
  [/^Amused/, 'amused'],
  [/^(Stable)?UnCLIP/, 'unclip'],
];

/** Classes that make pictures from text but whose components look otherwise than `text_encoder` beside `unet` or `transformer`. */
const textToImage =
  /^(Onnx|ORT|OV|Flax)?(StableDiffusion(XL|3)?(PAG|SAG)?|Flux2?|LatentConsistencyModel|LDMTextToImage|IF|VQDiffusion|StableCascade(Decoder|Combined)|Wuerstchen(Decoder|Combined)|Kandinsky(V22)?(Combined)?|UnCLIP|Cosmos\w*TextToImage\w*)Pipeline$/;

/**
 * What the class named in model_index.json makes. A class that is not known is judged by the components that it names: text encoder and
 * denoiser together make pictures from text.
 */
export function pipelineKindOf(className: string, componentNames: readonly string[]): PipelineKind {
  const bareName = className.replace(/^(Onnx|ORT|OV|Flax)/, '');
  const family = families.find(([pattern]) => pattern.test(bareName))?.[1] ?? null;
  if (textToImage.test(className)) return { taskType: 'text-to-image', family };
  const other = otherTasks.find(([pattern]) => pattern.test(className));
  if (other !== undefined) return { taskType: other[1], family };
  const hasText = componentNames.some((name) => name.startsWith('text_encoder'));
  const hasDenoiser = componentNames.some((name) => /^(unet|transformer)(_\d+)?$/.test(name));
  return { taskType: hasText && hasDenoiser ? 'text-to-image' : 'unknown', family };
}

/** The family of a pipeline of Stable Diffusion's first two generations, from its UNet's config. */
export function familyOfUnet(config: Readonly<Record<string, unknown>>): string {
  if (config.addition_embed_type === 'text_time') return 'stable-diffusion-xl';
  if (config.cross_attention_dim === 768) return 'stable-diffusion-1';
  if (config.cross_attention_dim === 1024) return 'stable-diffusion-2';
  // Small or unusual networks: 2.x was the first to use linear projections around its attention.
  return config.use_linear_projection === true ? 'stable-diffusion-2' : 'stable-diffusion-1';
}
