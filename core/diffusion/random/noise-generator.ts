import type { NoiseSource } from '../../contract/generate/generate.ts';
import { philoxGenerator } from './philox-generator.ts';
import { type NoiseGenerator, torchGenerator } from './torch-generator.ts';

const sources: Readonly<Record<NoiseSource, (seed: number) => NoiseGenerator>> = {
  cpu: torchGenerator,
  nv: philoxGenerator,
};

export const noiseGenerator = (source: NoiseSource, seed: number): NoiseGenerator => sources[source](seed);
