import type { EnlargedFile, EnlargeRequest, Imaging, PictureInfo } from '../imaging/imaging.ts';
import { upscalers } from '../imaging/upscalers.ts';
import { type Infotext, readInfotext } from '../infotext.ts';

/** Work on pictures that are no runs: no model, no queue. */
export interface ImageTools {
  readonly upscalerNames: readonly string[];
  /** Null for bytes that are no picture. */
  info(bytes: Uint8Array): Promise<PictureInfo | null>;
  /** Null for bytes that are no picture, `too_large` for more pixels than anybody can hold. */
  upscale(bytes: Uint8Array, request: EnlargeRequest): Promise<EnlargedFile | 'too_large' | null>;
  /** What a text of parameters says. */
  readText(infotext: string): Infotext;
  /** One PNG of all, in rows on black, with that infotext. */
  grid(pictures: readonly Uint8Array[], infotext: string): Promise<Uint8Array>;
}

export function createImageTools({ readInfo, enlarge, drawGrid }: Imaging): ImageTools {
  return {
    upscalerNames: Object.keys(upscalers),
    info: readInfo,
    upscale: enlarge,
    readText: readInfotext,
    grid: drawGrid,
  };
}
