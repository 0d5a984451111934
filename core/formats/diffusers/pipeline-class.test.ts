import { expect, test } from 'vitest';
import { familyOfUnet, pipelineKindOf } from './pipeline-class.ts';

test.each([
  ['StableDiffusionPipeline', 'text-to-image', null],
  ['OnnxStableDiffusionPipeline', 'text-to-image', null],
  ['StableDiffusionXLPipeline', 'text-to-image', 'stable-diffusion-xl'],
  ['StableDiffusion3Pipeline', 'text-to-image', 'stable-diffusion-3'],
  ['LatentConsistencyModelPipeline', 'text-to-image', null],
  ['FluxPipeline', 'text-to-image', 'flux'],
  ['Flux2Pipeline', 'text-to-image', 'flux-2'],
  ['PixArtSigmaPipeline', 'text-to-image', 'pixart'],
  ['QwenImagePipeline', 'text-to-image', 'qwen-image'],
  ['ZImagePipeline', 'text-to-image', 'z-image'],
  ['SanaPipeline', 'text-to-image', 'sana'],
  ['MyOwnPipeline', 'text-to-image', null],
  ['StableDiffusionImg2ImgPipeline', 'image-to-image', null],
  ['StableDiffusionXLImg2ImgPipeline', 'image-to-image', 'stable-diffusion-xl'],
  ['StableDiffusionInstructPix2PixPipeline', 'image-to-image', null],
  ['FluxKontextPipeline', 'image-to-image', 'flux'],
  ['QwenImageEditPipeline', 'image-to-image', 'qwen-image'],
  ['StableDiffusionInpaintPipeline', 'inpainting', null],
  ['FluxFillPipeline', 'inpainting', 'flux'],
  ['StableDiffusionControlNetPipeline', 'controlled-text-to-image', null],
  ['StableDiffusionUpscalePipeline', 'image-upscaling', null],
  ['LDMSuperResolutionPipeline', 'image-upscaling', null],
  ['AudioLDM2Pipeline', 'text-to-audio', null],
  ['StableAudioPipeline', 'text-to-audio', null],
  ['CogVideoXPipeline', 'text-to-video', 'cogview'],
  ['WanPipeline', 'text-to-video', null],
  ['LTXPipeline', 'text-to-video', null],
  ['AnimateDiffPipeline', 'text-to-video', null],
  ['StableVideoDiffusionPipeline', 'image-to-video', null],
  ['ShapEPipeline', 'text-to-3d', null],
  ['KandinskyPriorPipeline', 'prior', 'kandinsky'],
])('%s is for %s', (className, taskType, family) => {
  const kind = pipelineKindOf(className, ['text_encoder', 'unet', 'transformer', 'vae']);
  expect(kind.taskType).toBe(taskType);
  if (taskType === 'text-to-image') expect(kind.family).toBe(family);
});

test('an unknown class without a text encoder makes no pictures from text', () => {
  expect(pipelineKindOf('DDPMPipeline', ['unet', 'scheduler']).taskType).toBe('unconditional-image-generation');
  expect(pipelineKindOf('MyOwnPipeline', ['unet', 'scheduler']).taskType).toBe('unknown');
});

test.each([
  [{ cross_attention_dim: 768 }, 'stable-diffusion-1'],
  [{ cross_attention_dim: 1024 }, 'stable-diffusion-2'],
  [{ cross_attention_dim: 1024, use_linear_projection: false }, 'stable-diffusion-2'],
  [{ cross_attention_dim: 16, use_linear_projection: true }, 'stable-diffusion-2'],
  [{ cross_attention_dim: 128, use_linear_projection: false }, 'stable-diffusion-1'],
  [{ cross_attention_dim: 2048, addition_embed_type: 'text_time' }, 'stable-diffusion-xl'],
])('a UNet with %j is of %s', (config, family) => {
  expect(familyOfUnet(config)).toBe(family);
});
