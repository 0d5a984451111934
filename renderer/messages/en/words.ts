/** Words that every screen shares. */
export const health = { valid: 'Valid', degraded: 'Degraded', invalid: 'Invalid', offline: 'Offline' } as const;

export const type = {
  diffusion: 'Diffusion model',
  checkpoint: 'Checkpoint',
  lora: 'LoRA',
  vae: 'VAE',
  controlnet: 'ControlNet',
  embedding: 'Embedding',
  upscaler: 'Upscaler',
  text_encoder: 'Text encoder',
  llm: 'Language model',
  unknown: 'Unknown kind',
} as const;

export const types = {
  all: 'All',
  diffusion: 'Diffusion',
  checkpoint: 'Checkpoints',
  lora: 'LoRAs',
  vae: 'VAEs',
  controlnet: 'ControlNets',
  embedding: 'Embeddings',
  upscaler: 'Upscalers',
  text_encoder: 'Text encoders',
  llm: 'Language models',
  unknown: 'Others',
} as const;

export const family = {
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
  unknown: 'Unknown family',
} as const;

export const format = {
  diffusers_directory: 'Diffusers folder',
  single_file: 'One file',
  model_collection: 'Folder of models',
  huggingface_cache: 'Hugging Face cache',
  comfyui_models: 'ComfyUI folder',
  webui_models: 'WebUI folder',
  unsupported: 'Not a model',
} as const;

export const task = { 'text-to-image': 'text to image', unknown: 'unknown task' } as const;

export const provider = {
  auto: 'Automatic',
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'CoreML',
} as const;
