import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelId } from '../contract/ids.ts';
import type { Metadata } from '../contract/library/metadata.ts';
import { blockOnFiles } from '../formats/file-calls.ts';
import { readModelFacts } from '../formats/model-facts.ts';
import { healthOf } from '../library/health/health.ts';
import { newRecord } from '../library/record.ts';
import { writeBundle, writeWeights } from './library/fixture-files.ts';

/** Raise it when the fixture below changes: the one kept from an earlier run is then made anew. */
const fixtureVersion = 4;

const types = [
  ['lora', 0.7],
  ['checkpoint', 0.85],
  ['embedding', 0.91],
  ['controlnet', 0.95],
  ['vae', 0.98],
  ['diffusion', 1],
] as const;
const families = ['stable-diffusion-1', 'stable-diffusion-xl', 'flux', 'pony', 'stable-diffusion-2', 'unknown'];
const words =
  `dream real vision epic anime mountain portrait analog film juggernaut velvet crystal neon cyber fantasy ink water
  cinema detail light shadow retro pixel ghost dragon lace forest studio photo comic manga ultra hyper mix blend style turbo
  lightning merge pastel oil sketch clay origami steam punk noir gothic baroque marble ember frost lunar solar coral`
    .split(/\s+/)
    .filter((word) => word !== '');
const onsets = 'b c d f g h k l m n p r s t v w z br cr dr fl gr kl pr st tr sh th'.split(' ');
const vowels = 'a e i o u ai ea ou'.split(' ');
const codas = ['', 'n', 'r', 's', 'l', 'm', 't', 'x', 'nd', 'ng'];
/** A few words are in every third name and most in hardly any, as with real names. */
const vocabulary = [...words, ...madeUpWords(3000)];
const tags = ['style', 'character', 'portrait', 'landscape', 'anime', 'photo', 'clothing', 'concept', 'tool', 'pose'];

export interface LibraryFixture {
  /** A library root without an index. */
  readonly rootPath: string;
  /** Where the models' files lie. */
  readonly sourcesPath: string;
}

/**
 * A library of `count` models as people have them: mostly LoRAs, one small file each, two in a hundred diffusers folders; every record in a
 * metadata.json that says what its files are, every source outside the library. Kept in `cachePath` for the next run.
 */
export async function makeLibraryFixture(cachePath: string, count: number): Promise<LibraryFixture> {
  const path = join(cachePath, `library-${count}`);
  const fixture = { rootPath: join(path, 'root'), sourcesPath: join(path, 'sources') };
  const mark = join(path, 'made');
  if ((await readFile(mark, 'utf8').catch(() => '')) === String(fixtureVersion)) return fixture;
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  const real = { rootPath: join(realpathSync(path), 'root'), sourcesPath: join(realpathSync(path), 'sources') };
  const random = randomFrom(42);
  using _blocking = blockOnFiles();
  for (let index = 0; index < count; index += 1) await makeModel(real, index, random);
  writeFileSync(mark, String(fixtureVersion));
  return fixture;
}

async function makeModel(
  { rootPath, sourcesPath }: LibraryFixture,
  index: number,
  random: () => number,
): Promise<void> {
  const pick = <Item>(items: readonly Item[], skew = 1.5): Item =>
    items[Math.floor(random() ** skew * items.length)] as Item;
  const word = () => pick(vocabulary, 3);
  const draw = random();
  const type = types.find(([, limit]) => draw < limit)?.[0] ?? 'lora';
  const family = pick(families);
  const name = `${word()}_${word()}-${word()} v${1 + Math.floor(random() * 9)}.${index}`;
  const modelId = ModelId.parse(`${type}/${family}/${name.replaceAll(/[^a-z0-9.]+/g, '-')}`);
  const folder = join(sourcesPath, String(index % 100));
  const entryPath = join(folder, type === 'diffusion' ? name : `${name}.safetensors`);
  mkdirSync(folder, { recursive: true });
  const sizeBytes = Math.floor(random() * 7e9);
  if (type === 'diffusion') writeBundle(entryPath, sizeBytes);
  else writeWeights(entryPath, pick(['fp16', 'fp32', 'bf16'] as const), sizeBytes);
  const facts = await readModelFacts(entryPath, { siblings: new Set() });
  const now = new Date(Date.UTC(2024, 0, 1) + Math.floor(random() * 700 * 86_400_000));
  const matchSource = 'external_reference';
  const storageKind = matchSource;
  const read = newRecord(facts, { modelId, name, storageKind, sourcePath: entryPath, entryPath, matchSource, now });
  // A few have other files than those that were registered.
  const fingerprint = random() < 0.03 ? index.toString(16).padStart(64, '0') : facts.fingerprint;
  const hashes = { fingerprint };
  const metadata: Metadata = {
    ...read,
    model_type: type,
    family,
    hashes,
    ...healthOf({ ...read, hashes }, { ...facts, isOffline: false }),
    tags: [...new Set([pick(tags), pick(tags)])],
    favourite: random() < 0.02,
    notes: random() < 0.3 ? `Good for ${word()} ${word()}, weight 0.${1 + Math.floor(random() * 9)}.` : '',
    repo_id: `${word()}${Math.floor(random() * 500)}/${word()}-${word()}`,
    base_model: pick(['SD 1.5', 'SDXL 1.0', 'Flux.1 D', 'Pony']),
    trigger_words: [`${word()}${word()}`, word()],
  };
  const registry = join(rootPath, 'models', ...modelId.split('/'));
  mkdirSync(registry, { recursive: true });
  writeFileSync(join(registry, 'metadata.json'), `${JSON.stringify(metadata, null, 2)}\n`);
}

function madeUpWords(count: number): string[] {
  const random = randomFrom(3);
  const pick = (items: readonly string[]) => items[Math.floor(random() * items.length)];
  const syllable = () => `${pick(onsets)}${pick(vowels)}${pick(codas)}`;
  return Array.from({ length: count }, () => Array.from({ length: random() < 0.6 ? 2 : 3 }, syllable).join(''));
}

/** Mulberry32: the same library every time. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The words that names are made of. */
export const fixtureWords: readonly string[] = vocabulary;
