import sharp from 'sharp';
import { pngWithText } from './encode-picture.ts';
import { openPicture } from './open-picture.ts';

/** One PNG of all, on black, in as many rows as the root of their number, as stable-diffusion-webui lays them out. */
export async function drawGrid(pictures: readonly Uint8Array[], infotext: string): Promise<Uint8Array> {
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
