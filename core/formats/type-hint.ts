import type { ModelType } from '../contract/library/metadata.ts';

/** Folders that ComfyUI, stable-diffusion-webui and their kin keep models in, by name in lower case. */
const folderTypes: Readonly<Record<string, ModelType>> = {
  checkpoints: 'checkpoint',
  'stable-diffusion': 'checkpoint',
  loras: 'lora',
  lora: 'lora',
  lycoris: 'lora',
  vae: 'vae',
  vae_approx: 'vae',
  'vae-approx': 'vae',
  controlnet: 'controlnet',
  t2i_adapter: 'controlnet',
  embeddings: 'embedding',
  upscale_models: 'upscaler',
  esrgan: 'upscaler',
  realesrgan: 'upscaler',
  swinir: 'upscaler',
  dat: 'upscaler',
  hat: 'upscaler',
  text_encoders: 'text_encoder',
  text_encoder: 'text_encoder',
  clip: 'text_encoder',
  unet: 'diffusion',
  diffusion_models: 'diffusion',
  llm: 'llm',
};

/** How many folders above a file are asked: people sort their models into folders of their own. */
const depth = 4;

/** The type that the folders around a file suggest, the nearest first: worth something only where the file itself says nothing. */
export function typeHintOf(path: string): { readonly type: ModelType; readonly folder: string } | null {
  const folders = path.split(/[\\/]/).slice(0, -1);
  for (const folder of folders.slice(-depth).reverse()) {
    const name = folder.toLowerCase();
    const type = Object.hasOwn(folderTypes, name) ? folderTypes[name] : undefined;
    if (type !== undefined) return { type, folder };
  }
  return null;
}
