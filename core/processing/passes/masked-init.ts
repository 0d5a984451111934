import type { PixelResizeMode } from '../../contract/generate/generate.ts';
import type { Mask } from '../../contract/generate/passes.ts';
import type { Pixels, RunPlan } from '../../contract/generate/runner.ts';
import type { Imaging } from '../imaging/imaging.ts';
import type { PictureSize } from '../pictures/picture-size.ts';
import { fillSurroundings } from './fill-surroundings.ts';

export interface MaskedInit {
  readonly init: NonNullable<RunPlan['init']>;
  /** What a run made, laid into the picture that it was made from: all outside the mask is as it was. */
  finish(made: Pixels): Promise<Pixels>;
}

export interface MaskedInitInput {
  readonly bytes: Uint8Array;
  /** Of the init picture. */
  readonly own: PictureSize;
  readonly maskBytes: Uint8Array;
  readonly mask: Mask;
  /** Of the run. */
  readonly size: PictureSize;
  readonly resizeMode: PixelResizeMode;
  readonly strength: number;
  readonly imaging: Pick<Imaging, 'initPixels' | 'resize' | 'blur'>;
}

interface Box extends PictureSize {
  readonly left: number;
  readonly top: number;
}

const beginnings = { fill: 'init', original: 'init', noise: 'noise', nothing: 'nothing' } as const;

/** An init picture of which a part is made anew. A mask that shows nothing, where only its part is wanted, leaves the whole to be made: null. */
export async function maskedInit(input: MaskedInitInput): Promise<MaskedInit | null> {
  const { mask, size, own, resizeMode } = input;
  if (mask.area === 'whole') return maskedIn(input, size, { left: 0, top: 0, ...size }, resizeMode);
  const grey = await greyOf(input, own, 0);
  const part = boxOf(grey, own);
  return part === null ? null : maskedIn(input, own, aroundBox(part, mask.padding, own, size), 0);
}

/** What the infotext says of a mask. */
export function maskFacts({ blur, fill, area, padding, is_inverted }: Mask): Readonly<Record<string, string>> {
  const contents = { fill: 'fill', original: 'original', noise: 'latent noise', nothing: 'latent nothing' };
  return {
    'Mask blur': String(blur),
    ...(area === 'masked' && { 'Inpaint area': 'Only masked', 'Masked area padding': String(padding) }),
    ...(fill !== 'original' && { 'Masked content': contents[fill] }),
    ...(is_inverted && { 'Mask mode': 'Inpaint not masked' }),
  };
}

/** Makes what lies in `box` of the picture, which is of that size by then, at the size of the run. */
async function maskedIn(
  input: MaskedInitInput,
  whole: PictureSize,
  box: Box,
  mode: PixelResizeMode,
): Promise<MaskedInit> {
  const { bytes, mask, size, strength, imaging } = input;
  const picture = await imaging.initPixels(bytes, whole, mode);
  const hard = await greyOf(input, whole, mode);
  const soft = mask.blur === 0 ? hard : await imaging.blur(hard, whole, mask.blur);
  const resized = (one: Pixels, to: PictureSize) => imaging.resize(one, to, 'Lanczos', 'fill');
  const pixels = await resized(cut(picture, box), size);
  const { rgb } = await resized(cut(spread(soft, whole), box), size);
  const grey = rgb.filter((_, at) => at % 3 === 0);
  return {
    init: {
      pixels: mask.fill === 'fill' ? fillSurroundings(pixels, grey) : pixels,
      strength,
      mask: { grey, begins_as: beginnings[mask.fill] },
    },
    finish: async (made) => laidInto(picture, soft, await resized(made, box), box),
  };
}

/** The mask at that size, white where the picture is made anew. */
async function greyOf(
  { maskBytes, mask, imaging }: MaskedInitInput,
  size: PictureSize,
  mode: PixelResizeMode,
): Promise<Uint8Array> {
  const { rgb } = await imaging.initPixels(maskBytes, size, mode);
  const grey = new Uint8Array(size.width * size.height);
  // ITU-R BT.601, as PIL turns colours into grey.
  for (let at = 0; at < grey.length; at++) {
    const [red = 0, green = 0, blue = 0] = rgb.subarray(at * 3, at * 3 + 3);
    const light = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    grey[at] = mask.is_inverted ? 255 - light : light;
  }
  return grey;
}

function spread(grey: Uint8Array, { width, height }: PictureSize): Pixels {
  const rgb = new Uint8Array(grey.length * 3);
  for (const [at, value] of grey.entries()) rgb.fill(value, at * 3, at * 3 + 3);
  return { width, height, rgb };
}

/** The smallest box that holds all that the mask shows. */
function boxOf(grey: Uint8Array, { width, height }: PictureSize): Box | null {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if ((grey[y * width + x] ?? 0) === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** That box with room around it, of the shape of the run where the picture has room for it. */
function aroundBox(box: Box, padding: number, whole: PictureSize, { width, height }: PictureSize): Box {
  const padded = {
    width: Math.min(whole.width, box.width + 2 * padding),
    height: Math.min(whole.height, box.height + 2 * padding),
  };
  const wide = Math.min(whole.width, Math.max(padded.width, Math.round((padded.height * width) / height)));
  const high = Math.min(whole.height, Math.max(padded.height, Math.round((padded.width * height) / width)));
  const begin = (from: number, length: number, room: number, most: number): number =>
    Math.min(Math.max(0, Math.round(from + length / 2 - room / 2)), most - room);
  return {
    left: begin(box.left, box.width, wide, whole.width),
    top: begin(box.top, box.height, high, whole.height),
    width: wide,
    height: high,
  };
}

function cut({ width, rgb }: Pixels, box: Box): Pixels {
  const part = new Uint8Array(box.width * box.height * 3);
  for (let y = 0; y < box.height; y++) {
    const from = ((box.top + y) * width + box.left) * 3;
    part.set(rgb.subarray(from, from + box.width * 3), y * box.width * 3);
  }
  return { width: box.width, height: box.height, rgb: part };
}

function laidInto(picture: Pixels, soft: Uint8Array, made: Pixels, box: Box): Pixels {
  const rgb = picture.rgb.slice();
  for (let y = 0; y < box.height; y++)
    for (let x = 0; x < box.width; x++) {
      const at = (box.top + y) * picture.width + box.left + x;
      const share = (soft[at] ?? 0) / 255;
      if (share === 0) continue;
      for (let channel = 0; channel < 3; channel++) {
        const before = picture.rgb[at * 3 + channel] ?? 0;
        const after = made.rgb[(y * box.width + x) * 3 + channel] ?? 0;
        rgb[at * 3 + channel] = Math.round(before + (after - before) * share);
      }
    }
  return { ...picture, rgb };
}
