import type { Pixels } from '../../contract/generate/runner.ts';

interface Level {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue, each times its weight, then the weight: from 0 for nothing known to 1. */
  readonly values: Float32Array;
}

/**
 * The picture with its masked part drawn over from what lies around it, smoothly: means of ever larger squares, each filling what the
 * smaller ones leave open (push-pull: Gortler et al. 1996, "The Lumigraph"). `grey`: 255 where nothing is to be seen.
 */
export function fillSurroundings({ width, height, rgb }: Pixels, grey: Uint8Array): Pixels {
  const values = new Float32Array(width * height * 4);
  for (let at = 0; at < width * height; at++) {
    const known = 1 - (grey[at] ?? 0) / 255;
    for (let channel = 0; channel < 3; channel++) values[at * 4 + channel] = (rgb[at * 3 + channel] ?? 0) * known;
    values[at * 4 + 3] = known;
  }
  const whole = filled({ width, height, values });
  const drawn = new Uint8Array(rgb.length);
  for (let at = 0; at < width * height; at++)
    for (let channel = 0; channel < 3; channel++)
      drawn[at * 3 + channel] = Math.round((whole.values[at * 4 + channel] ?? 0) / (whole.values[at * 4 + 3] || 1));
  return { width, height, rgb: drawn };
}

function filled(level: Level): Level {
  if (level.width === 1 && level.height === 1) return level;
  const coarse = filled(halved(level));
  const values = level.values.slice();
  for (let y = 0; y < level.height; y++)
    for (let x = 0; x < level.width; x++) {
      const at = (y * level.width + x) * 4;
      const missing = 1 - (values[at + 3] ?? 0);
      if (missing <= 0) continue;
      for (let channel = 0; channel < 4; channel++)
        values[at + channel] =
          (values[at + channel] ?? 0) + missing * between(coarse, (x - 0.5) / 2, (y - 0.5) / 2, channel);
    }
  return { ...level, values };
}

/** Each square of two by two as one, its weight no more than 1. */
function halved({ width, height, values }: Level): Level {
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const sums = new Float32Array(half.width * half.height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 4; channel++) {
        const at = ((y >> 1) * half.width + (x >> 1)) * 4 + channel;
        sums[at] = (sums[at] ?? 0) + (values[(y * width + x) * 4 + channel] ?? 0);
      }
  for (let at = 0; at < sums.length; at += 4) {
    const weight = sums[at + 3] ?? 0;
    if (weight <= 1) continue;
    for (let channel = 0; channel < 4; channel++) sums[at + channel] = (sums[at + channel] ?? 0) / weight;
  }
  return { ...half, values: sums };
}

/** Bilinear, and at the border what is nearest. */
function between({ width, height, values }: Level, x: number, y: number, channel: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const pixel = (column: number, line: number): number => {
    const at = Math.min(Math.max(line, 0), height - 1) * width + Math.min(Math.max(column, 0), width - 1);
    return values[at * 4 + channel] ?? 0;
  };
  const upper = pixel(left, top) + (pixel(left + 1, top) - pixel(left, top)) * (x - left);
  const lower = pixel(left, top + 1) + (pixel(left + 1, top + 1) - pixel(left, top + 1)) * (x - left);
  return upper + (lower - upper) * (y - top);
}
