import { z } from 'zod';
import { ModelId } from '../ids.ts';
import { GenerateRequest, limits, NoiseSource, SamplerName, SchedulerName } from './generate.ts';

const pictureFile = z
  .string()
  .min(1, 'it is empty')
  .max(limits.initPictureCharacters, 'too big a file')
  .describe('A PNG, JPEG or WebP file as base64 or data URL');

const { width, height, steps, guidance_scale, subseed, subseed_strength, strength, clip_skip, prompt } =
  GenerateRequest.shape;

/** What a picture says of its making, as far as a request here can ask for it again. A field that it doesn't tell is left out. */
export const RecalledSettings = z.object({
  prompt: prompt.unwrap(),
  negative_prompt: prompt.unwrap(),
  width,
  height,
  steps,
  guidance_scale,
  sampler: SamplerName.optional(),
  scheduler: SchedulerName.optional(),
  seed: z.int().nonnegative().optional(),
  subseed,
  subseed_strength,
  strength,
  clip_skip,
  rng: NoiseSource.optional(),
  model_name: z.string().optional(),
  model_hash: z.string().optional(),
  unknown: z.array(z.string()).describe('Parameters that mean nothing here, as written'),
});
export type RecalledSettings = z.infer<typeof RecalledSettings>;

/** The rows of the command table about picture files. */
export const pictureCommands = {
  'pictures.read': {
    summary: 'What a picture file says of how it was made; nothing is kept',
    input: z.object({ picture: pictureFile }),
    output: z.object({
      width: z.int().positive(),
      height: z.int().positive(),
      infotext: z.string().describe('Empty where it carries none'),
      settings: RecalledSettings.nullable(),
      model_id: ModelId.nullable().describe('The model of that name, if the library has it'),
    }),
    http: { method: 'POST', path: '/pictures/read' },
  },
  'pictures.keep': {
    summary: 'Keep a picture to start from; requests name it by its content',
    input: z.union([z.object({ picture: pictureFile }), z.object({ picture_id: z.string().max(100) })]),
    output: z.object({
      init_image: z.string().describe('For a request: "sha256:…"'),
      width: z.int().positive(),
      height: z.int().positive(),
    }),
    http: { method: 'POST', path: '/pictures/keep' },
  },
  'pictures.bytes': {
    summary: 'The file of a picture that was made, for a caller that cannot fetch its address',
    input: z.object({ picture_id: z.string().max(100) }),
    output: z.object({ media_type: z.string(), base64: z.string() }),
    http: { method: 'GET', path: '/pictures/{picture_id}/bytes' },
  },
} as const;
