import { Failed } from '../../contract/failure.ts';

/** A tensor where it lies: row-major, in one range of one file. */
export interface WeightTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** Absolute, links resolved. */
  readonly path: string;
  /** The numbers themselves, little-endian, for a weight that lies in no file. */
  readonly bytes?: Uint8Array;
}

/** A weight that is not stored as float32, and the value that it is once it is cast. */
export interface CastWeight {
  readonly value: string;
  readonly tensor: WeightTensor;
}

/** Another form of a weight: a matrix times the transpose of its numbers as rows `[n, columns]`. */
export interface WeightForm {
  /** `[rows, columns]`, row by row. */
  readonly matrix: readonly number[];
  readonly columns: number;
}

/** A weight that a network uses in another form. */
export interface TurnedWeight extends WeightForm {
  /** The graph's input that takes it. */
  readonly name: string;
  readonly tensor: WeightTensor;
  /** Of what comes of it. */
  readonly dims: readonly number[];
}

/** The tensors of one component, asked for by name and expected shape. */
export interface WeightSource {
  /** Throws `invalid_weights` when the tensor is missing, has another shape, or a dtype that no network here has. */
  tensor(name: string, shape: readonly number[]): WeightTensor;
  has(name: string): boolean;
}

const floatDtypes: ReadonlySet<string> = new Set(['F32', 'F16', 'BF16', 'F64']);

/**
 * Weights by the names that a graph uses. `rename` gives the names to look under, the first that is there is taken: published bundles
 * hold keys of several generations of diffusers and transformers. `folder` is named in failures.
 */
export function weightSource(
  folder: string,
  tensors: ReadonlyMap<string, WeightTensor>,
  rename: (name: string) => readonly string[] = (name) => [name],
): WeightSource {
  const find = (name: string) => {
    for (const alias of rename(name)) {
      const tensor = tensors.get(alias);
      if (tensor !== undefined) return tensor;
    }
    return undefined;
  };
  return {
    has: (name) => find(name) !== undefined,
    tensor: (name, shape) => {
      const found = find(name);
      if (found === undefined)
        throw new Failed('invalid_weights', { path: folder, reason: `The tensor "${name}" is missing.` });
      if (!floatDtypes.has(found.dtype))
        throw new Failed('invalid_weights', {
          path: folder,
          reason: `The tensor "${name}" is ${found.dtype}, which this version can't run.`,
        });
      if (!sameWithoutOnes(found.shape, shape))
        throw new Failed('invalid_weights', {
          path: folder,
          reason: `The tensor "${name}" has the shape [${found.shape}], but config.json makes it [${shape}].`,
        });
      return { ...found, shape };
    },
  };
}

/** A 1x1 convolution and a linear layer hold the same numbers in the same order, and bundles of both kinds go by either form. */
function sameWithoutOnes(left: readonly number[], right: readonly number[]): boolean {
  const trim = (shape: readonly number[]) => shape.slice(0, 2).concat(shape.slice(2).filter((size) => size !== 1));
  const [a, b] = [trim(left), trim(right)];
  return a.length === b.length && a.every((size, index) => size === b[index]);
}

/** How many numbers there are in a tensor of such a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
