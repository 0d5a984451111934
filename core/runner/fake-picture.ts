import { createHash } from 'node:crypto';
import type { Pixels } from '../contract/generate/runner.ts';

// 5x7 dots a letter, a row a string: drawn by hand, since SVG text would depend on the fonts of the machine.
const letters = [
  ['#####', '#....', '#....', '####.', '#....', '#....', '#....'],
  ['.###.', '#...#', '#...#', '#####', '#...#', '#...#', '#...#'],
  ['#...#', '#..#.', '#.#..', '##...', '#.#..', '#..#.', '#...#'],
  ['#####', '#....', '#....', '####.', '#....', '#....', '#####'],
] as const;
const wordColumns = letters.length * 6 - 1;
const wordRows = 7;

/** A picture that depends on prompt, seed and size alone, with the word FAKE on it wherever it fits (23 by 7 px). */
export function fakePicture(prompt: string, seed: number, width: number, height: number): Pixels {
  const hash = createHash('sha256').update(`${seed}\n${prompt}`).digest();
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const offset = (y * width + x) * 3;
      const across = x / width;
      const down = y / height;
      for (let channel = 0; channel < 3; channel++) {
        const from = (hash[channel] ?? 0) * (1 - across) + (hash[channel + 3] ?? 0) * across;
        const to = (hash[channel + 6] ?? 0) * (1 - across) + (hash[channel + 9] ?? 0) * across;
        rgb[offset + channel] = Math.round(from * (1 - down) + to * down);
      }
    }
  }
  drawWord(rgb, width, height);
  return { width, height, rgb };
}

function drawWord(rgb: Uint8Array, width: number, height: number): void {
  const scale = Math.floor(Math.min((width * 0.6) / wordColumns, (height * 0.6) / wordRows)) || 1;
  const left = Math.floor((width - wordColumns * scale) / 2);
  const top = Math.floor((height - wordRows * scale) / 2);
  if (left < 0 || top < 0) return;
  for (let y = 0; y < wordRows * scale; y++) {
    for (let x = 0; x < wordColumns * scale; x++) {
      const column = Math.floor(x / scale);
      const isInk = letters[Math.floor(column / 6)]?.[Math.floor(y / scale)]?.[column % 6] === '#';
      const offset = ((top + y) * width + left + x) * 3;
      rgb.fill(isInk ? 255 : 0, offset, offset + 3);
    }
  }
}
