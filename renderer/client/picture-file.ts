/** A picture file as the window holds it before the core has seen it. */
export interface PictureFile {
  readonly name: string;
  readonly base64: string;
  /** A small copy as a data URL. */
  readonly thumbnail: string;
}

const thumbnailSide = 192;
const pictureTypes: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp']);

export function isPictureFile({ type }: Pick<File, 'type'>): boolean {
  return pictureTypes.has(type);
}

/** Reads a file that was dropped, pasted or picked. Rejects for what no browser can draw. */
export async function readPictureFile(file: Blob, name: string): Promise<PictureFile> {
  const [bytes, thumbnail] = await Promise.all([file.arrayBuffer(), drawThumbnail(file)]);
  return { name, base64: toBase64(new Uint8Array(bytes)), thumbnail };
}

export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  // In slices: all bytes at once are more arguments than a call may have.
  for (let at = 0; at < bytes.length; at += 0x8000) parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(parts.join(''));
}

export function fromBase64(base64: string, type: string): Blob {
  return new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], { type });
}

/** As PNG: the one kind that every clipboard takes. */
export async function toPng(picture: Blob): Promise<Blob> {
  if (picture.type === 'image/png') return picture;
  const bitmap = await createImageBitmap(picture);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

async function drawThumbnail(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, thumbnailSide / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = new OffscreenCanvas(width ?? 1, height ?? 1);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const small = await canvas.convertToBlob({ type: 'image/webp', quality: 0.8 });
  return `data:${small.type};base64,${toBase64(new Uint8Array(await small.arrayBuffer()))}`;
}
