import type { PixelResizeMode } from '../../contract/generate/generate.ts';
import type { UpscalerName } from '../../contract/generate/passes.ts';
import type { Pixels } from '../../contract/generate/runner.ts';
import type { Options } from '../../contract/settings/options.ts';
import type { PictureSize } from '../pictures/picture-size.ts';

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

export interface EnlargeRequest {
  /** A factor, or the size to fill: covered and, with `crop`, cut to it. */
  readonly size:
    | { readonly factor: number }
    | { readonly width: number; readonly height: number; readonly crop: boolean };
  /** A name of `upscalers`; `None` leaves the picture as it is. */
  readonly upscaler: string;
  /** Laid over the first, `visibility` from 0 to 1. */
  readonly second: { readonly upscaler: string; readonly visibility: number } | null;
}

/** What an enlarged picture is, and what was done, as stable-diffusion-webui writes it; empty for nothing. */
export interface EnlargedFile {
  readonly png: Uint8Array;
  readonly told: string;
}

/**
 * All work on pixels and picture files. `sharpImaging` does it, in a process of its own (process/imaging-process.ts): libvips and what it links
 * must not be loaded beside Chromium. Each can reject with `imaging_failed`.
 */
export interface Imaging {
  /**
   * Reads an init picture through once: its size as it is seen. Rejects with `invalid_input` {field: init_image} for what is no PNG, JPEG or
   * WebP picture, is broken, or is too big to be read.
   */
  checkInit(bytes: Uint8Array): Promise<PictureSize>;
  /** An init picture that was checked, as 8-bit RGB of this size. */
  initPixels(bytes: Uint8Array, size: PictureSize, mode: PixelResizeMode): Promise<Pixels>;
  /** At exactly that size; where its shape is another it is stretched (`fill`), or its middle is taken (`cover`). */
  resize(picture: Pixels, size: PictureSize, upscaler: UpscalerName, fit: 'fill' | 'cover'): Promise<Pixels>;
  /** @param grey `width * height` bytes @param sigma of the Gaussian, in px */
  blur(grey: Uint8Array, size: PictureSize, sigma: number): Promise<Uint8Array>;
  /** A file of the options' format, stretched to that size, with the infotext in it where they say so. */
  encode(picture: Pixels, size: PictureSize, infotext: string, options: Options): Promise<Uint8Array>;
  /** As `encode`, of a picture file. Rejects where it is no picture. */
  encodeFile(bytes: Uint8Array, size: PictureSize, infotext: string, options: Options): Promise<Uint8Array>;
  /** Null for bytes that are no picture. */
  readInfo(bytes: Uint8Array): Promise<PictureInfo | null>;
  /** The infotext travels on. Null for bytes that are no picture, `too_large` for more pixels than anybody can hold. */
  enlarge(bytes: Uint8Array, request: EnlargeRequest): Promise<EnlargedFile | 'too_large' | null>;
  /** One PNG of all, in rows on black, with that infotext. */
  drawGrid(pictures: readonly Uint8Array[], infotext: string): Promise<Uint8Array>;
  /** A small JPEG as a `data:` URL. */
  drawPreview(picture: Pixels): Promise<string>;
  /** A WebP of at most 1024 px a side, upright. Rejects where the bytes are no picture. */
  drawModelPreview(bytes: Uint8Array): Promise<Uint8Array>;
}
