import sharp from 'sharp';
import { readUserComment } from '../../formats/pictures/exif-comment.ts';
import { readPngText } from '../../formats/pictures/png-text.ts';
import { type Infotext, readInfotext } from '../infotext.ts';
import { type EnlargeRequest, enlarge } from '../upscale/enlarge.ts';
import { upscalers } from '../upscale/upscalers.ts';
import { openPicture } from './open-picture.ts';
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

/** Work on pictures that are no runs: no model, no queue. */
export interface ImageTools {
  readonly upscalerNames: readonly string[];
  /** Null for bytes that are no picture. */
  info(bytes: Uint8Array): Promise<PictureInfo | null>;
  /** A PNG, and what was done; the infotext travels on. Null for bytes that are no picture, `too_large` for more pixels than anybody can hold. */
  upscale(
    bytes: Uint8Array,
    request: EnlargeRequest,
  ): Promise<{ readonly png: Uint8Array; readonly told: string } | 'too_large' | null>;
  /** What a text of parameters says. */
  readText(infotext: string): Infotext;
  /** One PNG of all, in rows on black, with that infotext. */
  grid(pictures: readonly Uint8Array[], infotext: string): Promise<Uint8Array>;
}

export const imageTools: ImageTools = {
  upscalerNames: Object.keys(upscalers),
  info: readInfo,
  readText: readInfotext,
  grid: drawGrid,
  async upscale(bytes, request) {
    const info = await readInfo(bytes);
    if (info === null) return null;
    const enlarged = await enlarge(bytes, request);
    if (enlarged === 'too_large') return 'too_large';
    const { picture, told } = enlarged;
    const texts = { ...info.items, ...(info.infotext !== '' && { parameters: info.infotext }), postprocessing: told };
    return { png: await pngWithText(picture, texts), told };
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
