import type { ModelType } from '../../core/contract/library/metadata.ts';

type Pigment = readonly [ground: string, figure: string, half: string, light: string];
type Random = () => number;
type Motif = (random: Random, pigment: Pigment, density: number) => readonly Shape[];

/** As a canvas takes it: a point comes to `a x + c y + e`, `b x + d y + f`. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** One of what a pattern is made of, over those before it. */
export interface Shape {
  /** SVG path data. */
  readonly path: string;
  readonly colour: string;
  readonly opacity?: number;
  /** That of a line along the path, which is filled otherwise. */
  readonly lineWidth?: number;
  /** Where on the ground its path lies; as it is, unless given. Paths that are placed are few, and come again in every pattern. */
  readonly place?: Matrix;
}

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
 * The still of a model that has no preview, on a ground of 120 units a side. Type chooses the motif, family its density, fingerprint everything else:
 * the same model has the same face in every window and theme. A change here changes every library's face.
 */
export function pattern(fingerprint: string, type: ModelType, family: string): readonly Shape[] {
  const random = seededBy(fingerprint);
  const pigment = pick(random, pigments);
  return [{ path: 'M0 0h120v120H0z', colour: pigment[0] }, ...motifs[type](random, pigment, densities[family] ?? 4)];
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

const square = (x: number, y: number, side: number): string =>
  `M${short(x)} ${short(y)}h${short(side)}v${short(side)}h-${short(side)}z`;

const turns = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

/** A path grown and given quarter turns about its own `middle` (of both axes), which comes to `x`, `y`. */
function placed(middle: number, scale: number, quarters: number, [x, y]: readonly [number, number]): Matrix {
  const [cosine, sine] = turns[quarters] ?? turns[0];
  const [along, across] = [cosine * scale, sine * scale];
  return [along, across, -across, along, x - middle * (along - across), y - middle * (across + along)];
}

const quarterTurns = (random: Random): number => Math.floor(random() * 4);

// Of a square of one unit; the whole one laps over its neighbours by a hundredth.
const quarter = 'M0 0h1a1 1 0 0 1-1 1z';
const leaf = 'M0 0a1 1 0 0 1 1 1a1 1 0 0 1-1-1z';
const disc = 'M.5.12a.38.38 0 1 1 0 .76a.38.38 0 1 1 0-.76z';
const halfDisc = 'M0 .5a.5.5 0 0 1 1 0z';
const wedge = 'M0 0h1L0 1z';
const whole = 'M-.01-.01h1.02v1.02h-1.02z';
/** Of radius 1 about 0. */
const round = 'M-1 0a1 1 0 1 1 2 0a1 1 0 1 1-2 0z';

/** Checkpoints: two shapes a model, so that it stays one thing. */
function parquet(random: Random, [, figure, half, light]: Pigment, count: number): Shape[] {
  const size = 120 / count;
  const paths = [quarter, quarter, leaf, disc, halfDisc, wedge];
  const first = pick(random, paths);
  const second = pick(
    random,
    paths.filter((path) => path !== first),
  );
  const shapes: Shape[] = [];
  for (let y = 0; y < count; y++)
    for (let x = 0; x < count; x++) {
      const middle = [(x + 0.5) * size, (y + 0.5) * size] as const;
      const back = random();
      const quarters = quarterTurns(random);
      const colour = pick(random, [figure, figure, light, half]);
      const path = random() < 0.66 ? first : second;
      const ground = back < 0.34 ? half : back < 0.46 ? figure : null;
      if (ground) shapes.push({ path: whole, colour: ground, place: placed(0.5, size, 0, middle) });
      if (random() > 0.08 && colour !== ground)
        shapes.push({ path, colour, place: placed(0.5, size * 1.012, quarters, middle) });
    }
  return shapes;
}

/** LoRA: a low-rank product is a weave. Warp and weft are two vectors; a cell's tone is their product. */
function weave(random: Random, [, figure, , light]: Pigment): Shape[] {
  const bands = () => {
    const list: [at: number, width: number, level: number][] = [];
    for (let at = 0; at < 120; ) {
      const width = pick(random, [4, 6, 6, 10, 14, 20]);
      list.push([at, Math.min(width, 120 - at), random()]);
      at += width;
    }
    return list;
  };
  const warp = bands().flatMap(([at, width, level]): Shape[] => {
    if (level <= 0.45) return [];
    return [{ path: `M${at} 0h${width}v120h-${width}z`, colour: figure, opacity: short(0.2 + level * 0.45) }];
  });
  const weft = bands().flatMap(([at, width, level]): Shape[] => {
    const path = `M0 ${at}h120v${width}H0z`;
    if (level > 0.72) return [{ path, colour: light, opacity: short(level * 0.7) }];
    return level > 0.4 ? [{ path, colour: figure, opacity: short(0.2 + level * 0.5) }] : [];
  });
  return [...warp, ...weft];
}

/** VAE: a picture within a picture; squares that shrink towards one edge. */
function frames(random: Random, [, figure, half, light]: Pigment): Shape[] {
  const tones = [half, figure, light];
  if (random() < 0.5) tones.reverse();
  const lean = pick(random, [0.5, 0.72, 0.28]);
  return tones.map((colour, index) => {
    const side = 120 - (index + 1) * pick(random, [26, 28, 30]);
    return { path: square((120 - side) / 2, (120 - side) * lean, side), colour };
  });
}

/** Upscaler: each square is half the last. */
function halving(random: Random, [, figure, half, light]: Pigment): Shape[] {
  const place = placed(60, 1, quarterTurns(random), [60, 60]);
  const colourOf = (index: number) => [figure, half, light][index % 3] ?? figure;
  const shapes: Shape[] = [];
  let at = 0;
  let side = 60;
  for (let i = 0; side > 1.5; i++, at += side, side /= 2)
    shapes.push(
      { path: square(at, at, side), colour: colourOf(i), place },
      { path: square(at + side, at, side), colour: colourOf(i + 1), opacity: 0.55, place },
    );
  return shapes;
}

/** ControlNet: contour lines. */
function contours(random: Random, [, figure, , light]: Pigment): Shape[] {
  const amplitude = 6 + random() * 12;
  const frequency = 0.8 + random() * 1.4;
  const phase = random() * 6.28;
  const shapes: Shape[] = [];
  for (let i = -1; i < 11; i++) {
    const heightAt = (x: number) =>
      short(i * 12 + 6 + amplitude * Math.sin((x / 120) * 6.28 * frequency + phase + i * 0.35) * (0.4 + i / 14));
    let path = `M-4 ${heightAt(-4)}`;
    for (let x = 2; x <= 128; x += 6) path += `L${x} ${heightAt(x)}`;
    shapes.push({ path, colour: i % 4 === 1 ? light : figure, lineWidth: 3 });
  }
  return shapes;
}

/** Embedding: a short vector, each number a disc. */
function discs(random: Random, [, figure, , light]: Pigment): Shape[] {
  const shapes: Shape[] = [];
  for (let y = 0; y < 5; y++)
    for (let x = 0; x < 5; x++) {
      const place = placed(0, short(2 + random() * 7.5), 0, [x * 22 + 16, y * 22 + 16]);
      shapes.push({ path: round, colour: random() < 0.2 ? light : figure, place });
    }
  return shapes;
}

/** Text encoders, language models, unknown: lines of unread words. */
function lines(random: Random, [, figure, half, light]: Pigment): Shape[] {
  const shapes: Shape[] = [];
  for (let y = 16; y < 112; y += 13)
    for (let x = 14; x < 100; ) {
      const width = Math.min(6 + random() * 26, 106 - x);
      const colour = pick(random, [figure, figure, half, light]);
      shapes.push({ path: `M${short(x)} ${y}h${short(width)}v5h-${short(width)}z`, colour });
      x += width + 5;
    }
  return shapes;
}
