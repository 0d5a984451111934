import { z } from 'zod';

/** Filters that make a picture larger without a model, by the names that stable-diffusion-webui lists them under. */
export const UpscalerName = z.enum(['Lanczos', 'Nearest']);
export type UpscalerName = z.infer<typeof UpscalerName>;

export const passLimits = { maxMaskBlur: 256, maxOverlap: 512, maxTiles: 4096 } as const;

/** What a masked part begins as: the picture's surroundings drawn in, the picture itself, noise, or nothing. */
export const MaskFill = z.enum(['fill', 'original', 'noise', 'nothing']);
export type MaskFill = z.infer<typeof MaskFill>;

/** The part of the init picture that is made anew; all else stays as it is, pixel for pixel. */
export const Mask = z.object({
  image: z.string().describe('A picture as base64 or data URL: white is made anew, black stays'),
  is_inverted: z.boolean().default(false).describe('Black is made anew instead'),
  blur: z.int().min(0).max(passLimits.maxMaskBlur).default(4).describe('How soft its edge is, in px'),
  fill: MaskFill.default('original'),
  area: z
    .enum(['whole', 'masked'])
    .default('whole')
    .describe('masked: the part around the mask is made at the full size of the request, and put back'),
  padding: z.int().min(0).max(4096).default(32).describe('Around the mask, in px, where only its part is made'),
});
export type Mask = z.infer<typeof Mask>;

/** The init picture made larger, then made anew tile by tile, each as large as the request says. */
export const TiledUpscale = z.object({
  scale: z.number().min(1).max(4).default(2),
  overlap: z.int().min(0).max(passLimits.maxOverlap).default(64),
  upscaler: UpscalerName.default('Lanczos'),
});
export type TiledUpscale = z.infer<typeof TiledUpscale>;
