import { z } from 'zod';
import { Failure } from '../../../contract/failure.ts';
import type { Imaging } from '../imaging.ts';

export const ActName = z.enum([
  'checkInit',
  'initPixels',
  'resize',
  'blur',
  'encode',
  'encodeFile',
  'readInfo',
  'enlarge',
  'drawGrid',
  'drawPreview',
  'drawModelPreview',
] satisfies readonly (keyof Imaging)[]);
export type ActName = z.infer<typeof ActName>;

/** What the process is asked: one call of `Imaging`. */
export const ImagingRequest = z.object({ id: z.int(), act: ActName, args: z.array(z.unknown()) });
export type ImagingRequest = z.infer<typeof ImagingRequest>;

export const ImagingReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), id: z.int(), value: z.unknown() }),
  z.object({ kind: z.literal('failed'), id: z.int(), failure: Failure }),
  z.object({
    kind: z.literal('threw'),
    id: z.int(),
    message: z.string().describe('Of sharp: the bytes are no picture'),
  }),
]);
export type ImagingReply = z.infer<typeof ImagingReply>;
