import type { WeightTensor } from '../weights/weight-source.ts';

/** A network's part of a bundle, read but not loaded. */
export interface Component<Config> {
  readonly folder: string;
  readonly config: Config;
  readonly tensors: ReadonlyMap<string, WeightTensor>;
}
