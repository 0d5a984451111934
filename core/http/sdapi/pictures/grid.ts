import type { ImageTools } from '../../ports.ts';

export interface GridRequest {
  /** Base64, in the order of their items. */
  readonly images: readonly string[];
  readonly infotexts: readonly string[];
  readonly saveImages: boolean;
  /** The option of that name. */
  readonly returnGrid: boolean;
  readonly tools: ImageTools;
}

/**
 * stable-diffusion-webui puts one picture of all in front, and its text before their texts, for a request of several that asks to save them.
 * Null where it does not.
 */
export async function gridOf({ images, infotexts, saveImages, returnGrid, tools }: GridRequest) {
  if (!saveImages || !returnGrid || images.length < 2) return null;
  const [infotext = ''] = infotexts;
  const grid = await tools.grid(
    images.map((image) => Buffer.from(image, 'base64')),
    infotext,
  );
  const base64 = Buffer.from(grid.buffer, grid.byteOffset, grid.byteLength).toString('base64');
  return { images: [base64, ...images], info: { index_of_first_image: 1, infotexts: [infotext, ...infotexts] } };
}
