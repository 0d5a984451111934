import type * as en from '../en/words.ts';
import type { Translation } from '../translation.ts';

export const health: Translation<typeof en.health> = {
  valid: 'Gültig',
  degraded: 'Eingeschränkt',
  invalid: 'Ungültig',
  offline: 'Offline',
};

export const type: Translation<typeof en.type> = {
  diffusion: 'Diffusionsmodell',
  checkpoint: 'Checkpoint',
  lora: 'LoRA',
  vae: 'VAE',
  controlnet: 'ControlNet',
  embedding: 'Embedding',
  upscaler: 'Vergrößerer',
  text_encoder: 'Text-Encoder',
  llm: 'Sprachmodell',
  unknown: 'Unbekannte Art',
};

export const types: Translation<typeof en.types> = {
  all: 'Alle',
  diffusion: 'Diffusion',
  checkpoint: 'Checkpoints',
  lora: 'LoRAs',
  vae: 'VAEs',
  controlnet: 'ControlNets',
  embedding: 'Embeddings',
  upscaler: 'Vergrößerer',
  text_encoder: 'Text-Encoder',
  llm: 'Sprachmodelle',
  unknown: 'Andere',
};

export const family: Translation<typeof en.family> = {
  'stable-diffusion-1': 'SD 1.5',
  'stable-diffusion-2': 'SD 2.1',
  'stable-diffusion-3': 'SD 3',
  'stable-diffusion-xl': 'SDXL',
  flux: 'Flux',
  'flux-2': 'Flux 2',
  'qwen-image': 'Qwen-Image',
  pixart: 'PixArt',
  sana: 'Sana',
  auraflow: 'AuraFlow',
  chroma: 'Chroma',
  hidream: 'HiDream',
  lumina: 'Lumina',
  wan: 'Wan',
  'ltx-video': 'LTX-Video',
  'hunyuan-video': 'HunyuanVideo',
  hunyuan: 'Hunyuan',
  cogview: 'CogView',
  'stable-cascade': 'Stable Cascade',
  unknown: 'Unbekannte Familie',
};

export const format: Translation<typeof en.format> = {
  diffusers_directory: 'Diffusers-Ordner',
  single_file: 'Eine Datei',
  model_collection: 'Ordner mit Modellen',
  huggingface_cache: 'Hugging-Face-Cache',
  comfyui_models: 'ComfyUI-Ordner',
  webui_models: 'WebUI-Ordner',
  unsupported: 'Kein Modell',
};

export const task: Translation<typeof en.task> = {
  'text-to-image': 'Text zu Bild',
  unknown: 'unbekannte Aufgabe',
};

export const provider: Translation<typeof en.provider> = {
  auto: 'Automatisch',
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'CoreML',
};
