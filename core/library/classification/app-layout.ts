import type { PathKind } from '../../contract/library/model.ts';

/** A models folder of another app is known by the folders in it: one that only it has, and one more. */
const layouts: readonly {
  readonly kind: PathKind;
  readonly app: string;
  readonly own: readonly string[];
  readonly others: readonly string[];
}[] = [
  {
    kind: 'webui_models',
    app: 'stable-diffusion-webui',
    own: ['Stable-diffusion'],
    others: [
      'Lora',
      'LyCORIS',
      'VAE',
      'VAE-approx',
      'ESRGAN',
      'RealESRGAN',
      'SwinIR',
      'ControlNet',
      'hypernetworks',
      'deepbooru',
      'karlo',
      'Codeformer',
      'GFPGAN',
      'text_encoder',
    ],
  },
  {
    kind: 'comfyui_models',
    app: 'ComfyUI',
    own: ['checkpoints', 'loras', 'upscale_models', 'diffusion_models', 'text_encoders', 'clip_vision'],
    others: [
      'vae',
      'vae_approx',
      'controlnet',
      'embeddings',
      'diffusers',
      'clip',
      'unet',
      'configs',
      'style_models',
      'hypernetworks',
      'gligen',
      'photomaker',
      'audio_encoders',
      'model_patches',
    ],
  },
];

/** Whose models folder one with these names in it is; null when it is nobody's that is known. */
export function appLayoutOf(names: Iterable<string>): { readonly kind: PathKind; readonly app: string } | null {
  const present = new Set(names);
  for (const { kind, app, own, others } of layouts) {
    const ownCount = own.filter((name) => present.has(name)).length;
    const otherCount = others.filter((name) => present.has(name)).length;
    if (ownCount > 0 && ownCount + otherCount > 1) return { kind, app };
  }
  return null;
}
