import sharp from 'sharp';
import { readUserComment } from '../formats/exif-comment.ts';
import { readPngText } from '../formats/png-text.ts';
import { readInfotext } from './infotext.ts';
import { maxPixels, openPicture, resized, type Upscaler, upscalers } from './resize.ts';
import { pngWithText } from './save-picture.ts';

/** What a picture file says of itself. */
export interface PictureInfo {
  /** Empty where it carries none. */
  readonly infotext: string;
  /** Its other texts by keyword. */
  readonly items: Readonly<Record<string, string>>;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface UpscaleRequest {
  /** A factor, or the size to fill: covered and, with `crop`, cut to it. */
  readonly size:
    | { readonly factor: number }
    | { readonly width: number; readonly height: number; readonly crop: boolean };
  readonly upscaler: string;
}

/** Work on pictures that are no runs: no model, no queue. */
export interface ImageTools {
  readonly upscalerNames: readonly string[];
  /** Null for bytes that are no picture. */
  info(bytes: Uint8Array): Promise<PictureInfo | null>;
  /** A PNG; the infotext travels on. Null for bytes that are no picture, `too_large` for more pixels than anybody can hold. */
  upscale(bytes: Uint8Array, request: UpscaleRequest): Promise<Uint8Array | 'too_large' | null>;
  /** One PNG of all, in rows on black, with that infotext. */
  grid(pictures: readonly Uint8Array[], infotext: string): Promise<Uint8Array>;
}

export const imageTools: ImageTools = {
  upscalerNames: Object.keys(upscalers),
  info: readInfo,
  grid: drawGrid,
  async upscale(bytes, { size, upscaler }) {
    const info = await readInfo(bytes);
    if (info === null) return null;
    const { width: from = 1, height: fromHeight = 1 } = await openPicture(bytes).metadata();
    const factor = 'factor' in size ? size.factor : Math.max(size.width / from, size.height / fromHeight);
    const width = Math.max(1, Math.floor(from * factor));
    const height = Math.max(1, Math.floor(fromHeight * factor));
    if (width * height > maxPixels / 4) return 'too_large';
    const filter = upscaler in upscalers ? (upscaler as Upscaler) : 'Lanczos';
    const keeps = upscaler === 'None' && 'factor' in size;
    let picture = keeps ? openPicture(bytes) : resized(openPicture(bytes), width, height, filter);
    if ('crop' in size && size.crop && (width > size.width || height > size.height))
      picture = openPicture(await picture.png().toBuffer()).extract({
        left: Math.floor((width - Math.min(size.width, width)) / 2),
        top: Math.floor((height - Math.min(size.height, height)) / 2),
        width: Math.min(size.width, width),
        height: Math.min(size.height, height),
      });
    const by =
      'factor' in size
        ? `Postprocess upscale by: ${size.factor}`
        : `Postprocess upscale to: ${size.width}x${size.height}`;
    return pngWithText(picture, {
      ...(info.infotext !== '' && { parameters: info.infotext }),
      ...(!keeps && { postprocessing: `${by}, Postprocess upscaler: ${filter}` }),
    });
  },
};

/** As many rows as the root of their number, as stable-diffusion-webui lays them out. */
async function drawGrid(pictures: readonly Uint8Array[], infotext: string): Promise<Uint8Array> {
  const { width = 1, height = 1 } = await openPicture(pictures[0] ?? new Uint8Array()).metadata();
  const rows = Math.round(Math.sqrt(pictures.length));
  const columns = Math.ceil(pictures.length / rows);
  const placed = pictures.map((input, index) => ({
    input: Buffer.from(input.buffer, input.byteOffset, input.byteLength),
    left: (index % columns) * width,
    top: Math.floor(index / columns) * height,
  }));
  const canvas = sharp({ create: { width: width * columns, height: height * rows, channels: 3, background: 'black' } });
  return pngWithText(canvas.composite(placed), { parameters: infotext });
}

async function readInfo(bytes: Uint8Array): Promise<PictureInfo | null> {
  let exif: Uint8Array | undefined;
  try {
    ({ exif } = await openPicture(bytes).metadata());
  } catch {
    return null;
  }
  const { parameters, ...items } = readPngText(bytes);
  const infotext = parameters ?? (exif === undefined ? null : readUserComment(exif)) ?? '';
  const read = readInfotext(infotext);
  return {
    infotext,
    items,
    prompt: read.prompt,
    negativePrompt: read.negativePrompt,
    parameters: read.parameters,
  };
}
