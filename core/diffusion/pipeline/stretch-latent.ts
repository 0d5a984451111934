import type { Tensor } from '../networks.ts';

/**
 * A latent `[1, channels, h, w]` at the height and width of `dims`, between its cells bilinear: torch's `interpolate` without aligned corners
 * and without antialiasing, by which stable-diffusion-webui resizes an init picture as a latent.
 */
export function stretchedTo(
  { data, dims: [batch = 1, channels = 0, height = 0, width = 0] }: Tensor,
  dims: readonly number[],
): Tensor {
  const [, , newHeight = 0, newWidth = 0] = dims;
  const [rows, columns] = [placesOf(height, newHeight), placesOf(width, newWidth)];
  const stretched = new Float32Array(batch * channels * newHeight * newWidth);
  let at = 0;
  for (let map = 0; map < batch * channels; map++)
    for (const row of rows)
      for (const column of columns) {
        const cell = (y: number, x: number): number => data[(map * height + y) * width + x] ?? 0;
        const across = (y: number): number => mixed(cell(y, column.before), cell(y, column.after), column.share);
        stretched[at++] = mixed(across(row.before), across(row.after), row.share);
      }
  return { data: stretched, dims: [batch, channels, newHeight, newWidth] };
}

/** Between two cells of the old length, `share` of the way from the one to the other. */
interface Place {
  readonly before: number;
  readonly after: number;
  readonly share: number;
}

function placesOf(length: number, newLength: number): readonly Place[] {
  return Array.from({ length: newLength }, (_, at) => {
    const middle = Math.max(0, ((at + 0.5) * length) / newLength - 0.5);
    const before = Math.floor(middle);
    return { before, after: Math.min(before + 1, length - 1), share: middle - before };
  });
}

const mixed = (before: number, after: number, share: number): number => before + (after - before) * share;
