import type { ModelType } from '../../core/contract/library/metadata.ts';

type Pigment = readonly [ground: string, figure: string, half: string, light: string];
type Random = () => number;
type Motif = (random: Random, pigment: Pigment, density: number) => string;

/** Verdigris is absent: it means "act here". */
const pigments: readonly Pigment[] = [
  ['#c39a4c', '#93692c', '#d8b97c', '#f0e3c4'], // ochre
  ['#9c4a42', '#6b2d2d', '#bd8071', '#ecd6c6'], // madder
  ['#2f3f63', '#1e2844', '#62749b', '#dcd8c8'], // indigo
  ['#6d5140', '#45301f', '#a3826a', '#e6d8c3'], // umber
  ['#737d7b', '#4a5453', '#9da6a1', '#e6e3d7'], // slate
  ['#d3c4a8', '#a18f72', '#bfae8f', '#f1e8d6'], // bone
  ['#5f8299', '#335469', '#8eaabb', '#e9e4d3'], // woad
  ['#6c4560', '#43283f', '#9c7791', '#e8d9d6'], // plum
  ['#8f9c79', '#5a6748', '#b3bd9d', '#eae7d1'], // lichen
  ['#b8694c', '#854430', '#d29a80', '#f1decb'], // cinnabar
  ['#3a3833', '#24221e', '#6b675e', '#ddd6c8'], // ink
  ['#c99b90', '#9b6a63', '#dbb9af', '#f5e6dd'], // rose
];

const motifs: Readonly<Record<ModelType, Motif>> = {
  diffusion: parquet,
  checkpoint: parquet,
  lora: weave,
  vae: frames,
  upscaler: halving,
  controlnet: contours,
  embedding: discs,
  text_encoder: lines,
  llm: lines,
  unknown: lines,
};

const densities: Readonly<Record<string, number>> = {
  'stable-diffusion-1': 3,
  'stable-diffusion-2': 4,
  'stable-diffusion-xl': 4,
  flux: 5,
};

/**
 * The still of a model that has no preview, as SVG text. Type chooses the motif, family its density, fingerprint everything else:
 * the same model has the same face in every window and theme. A change here changes every library's face.
 */
export function pattern(fingerprint: string, type: ModelType, family: string): string {
  const random = seededBy(fingerprint);
  const pigment = pick(random, pigments);
  const figure = motifs[type](random, pigment, densities[family] ?? 4);
  return `<svg viewBox="0 0 120 120" aria-hidden="true"><path fill="${pigment[0]}" d="M0 0h120v120H0z"/>${figure}</svg>`;
}

/** FNV-1a of the text seeds mulberry32. */
function seededBy(text: string): Random {
  let state = 0x811c9dc5;
  for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function pick<Item>(random: Random, list: readonly Item[]): Item {
  const item = list[Math.floor(random() * list.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

function short(value: number): number {
  return Number(value.toFixed(2));
}

const quarter = 'M0 0h1a1 1 0 0 1-1 1z';
const leaf = 'M0 0a1 1 0 0 1 1 1a1 1 0 0 1-1-1z';
const disc = 'M.5.12a.38.38 0 1 1 0 .76a.38.38 0 1 1 0-.76z';
const halfDisc = 'M0 .5a.5.5 0 0 1 1 0z';
const wedge = 'M0 0h1L0 1z';

/** Checkpoints: two shapes a model, so that it stays one thing. */
function parquet(random: Random, [, figure, half, light]: Pigment, count: number): string {
  const size = 120 / count;
  const shapes = [quarter, quarter, leaf, disc, halfDisc, wedge];
  const first = pick(random, shapes);
  const second = pick(
    random,
    shapes.filter((shape) => shape !== first),
  );
  let out = '';
  for (let y = 0; y < count; y++)
    for (let x = 0; x < count; x++) {
      const back = random();
      const turn = Math.floor(random() * 4) * 90;
      const tone = pick(random, [figure, figure, light, half]);
      const shape = random() < 0.66 ? first : second;
      let cell = '';
      const ground = back < 0.34 ? half : back < 0.46 ? figure : null;
      if (ground) cell += `<path fill="${ground}" d="M-.01-.01h1.02v1.02h-1.02z"/>`;
      if (random() > 0.08 && tone !== ground)
        cell += `<path fill="${tone}" transform="rotate(${turn} .5 .5) translate(-.006 -.006) scale(1.012)" d="${shape}"/>`;
      if (cell)
        out += `<g transform="translate(${short(x * size)} ${short(y * size)}) scale(${short(size)})">${cell}</g>`;
    }
  return out;
}

/** LoRA: a low-rank product is a weave. Warp and weft are two vectors; a cell's tone is their product. */
function weave(random: Random, [, figure, , light]: Pigment): string {
  const bands = () => {
    const list: [at: number, width: number, level: number][] = [];
    for (let at = 0; at < 120; ) {
      const width = pick(random, [4, 6, 6, 10, 14, 20]);
      list.push([at, Math.min(width, 120 - at), random()]);
      at += width;
    }
    return list;
  };
  let out = '';
  for (const [at, width, level] of bands())
    if (level > 0.45)
      out += `<path fill="${figure}" opacity="${short(0.2 + level * 0.45)}" d="M${at} 0h${width}v120h-${width}z"/>`;
  for (const [at, width, level] of bands()) {
    if (level > 0.72) out += `<path fill="${light}" opacity="${short(level * 0.7)}" d="M0 ${at}h120v${width}H0z"/>`;
    else if (level > 0.4)
      out += `<path fill="${figure}" opacity="${short(0.2 + level * 0.5)}" d="M0 ${at}h120v${width}H0z"/>`;
  }
  return out;
}

/** VAE: a picture within a picture; squares that shrink towards one edge. */
function frames(random: Random, [, figure, half, light]: Pigment): string {
  const tones = [half, figure, light];
  if (random() < 0.5) tones.reverse();
  const lean = pick(random, [0.5, 0.72, 0.28]);
  let out = '';
  for (const [index, tone] of tones.entries()) {
    const side = 120 - (index + 1) * pick(random, [26, 28, 30]);
    out += `<path fill="${tone}" d="M${short((120 - side) / 2)} ${short((120 - side) * lean)}h${side}v${side}h-${side}z"/>`;
  }
  return out;
}

/** Upscaler: each square is half the last. */
function halving(random: Random, [, figure, half, light]: Pigment): string {
  const turn = Math.floor(random() * 4) * 90;
  const tones = [figure, half, light];
  let out = '';
  let at = 0;
  let side = 60;
  for (let i = 0; side > 1.5; i++, at += side, side /= 2)
    out += `<path fill="${tones[i % 3]}" d="M${short(at)} ${short(at)}h${short(side)}v${short(side)}h-${short(side)}z"/><path fill="${tones[(i + 1) % 3]}" opacity=".55" d="M${short(at + side)} ${short(at)}h${short(side)}v${short(side)}h-${short(side)}z"/>`;
  return `<g transform="rotate(${turn} 60 60)">${out}</g>`;
}

/** ControlNet: contour lines. */
function contours(random: Random, [, figure, , light]: Pigment): string {
  const amplitude = 6 + random() * 12;
  const frequency = 0.8 + random() * 1.4;
  const phase = random() * 6.28;
  let out = '';
  for (let i = -1; i < 11; i++) {
    const heightAt = (x: number) =>
      short(i * 12 + 6 + amplitude * Math.sin((x / 120) * 6.28 * frequency + phase + i * 0.35) * (0.4 + i / 14));
    let line = `M-4 ${heightAt(-4)}`;
    for (let x = 2; x <= 128; x += 6) line += `L${x} ${heightAt(x)}`;
    out += `<path fill="none" stroke="${i % 4 === 1 ? light : figure}" stroke-width="3" stroke-linejoin="round" d="${line}"/>`;
  }
  return out;
}

/** Embedding: a short vector, each number a disc. */
function discs(random: Random, [, figure, , light]: Pigment): string {
  let out = '';
  for (let y = 0; y < 5; y++)
    for (let x = 0; x < 5; x++)
      out += `<circle cx="${x * 22 + 16}" cy="${y * 22 + 16}" r="${short(2 + random() * 7.5)}" fill="${random() < 0.2 ? light : figure}"/>`;
  return out;
}

/** Text encoders, language models, unknown: lines of unread words. */
function lines(random: Random, [, figure, half, light]: Pigment): string {
  let out = '';
  for (let y = 16; y < 112; y += 13)
    for (let x = 14; x < 100; ) {
      const width = Math.min(6 + random() * 26, 106 - x);
      out += `<path fill="${pick(random, [figure, figure, half, light])}" d="M${short(x)} ${y}h${short(width)}v5h-${short(width)}z"/>`;
      x += width + 5;
    }
  return out;
}
