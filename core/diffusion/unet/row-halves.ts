import type { Tensor } from '../networks.ts';
import type { Values } from './segment-chain.ts';

/** Keys and values come again with every step of a picture. */
const known = new WeakMap<Tensor, readonly [Tensor, Tensor]>();

/** The first and the last half of the rows; what has one row for all goes to both. The last can be handed to another thread at little cost. */
export function halvesOf(values: Values, rows: number): readonly [Values, Values] {
  const halves = Object.entries(values).map(([name, tensor]) => {
    if (tensor.dims[0] !== rows) return [name, [tensor, tensor]] as const;
    const pair = known.get(tensor) ?? halved(tensor);
    known.set(tensor, pair);
    return [name, pair] as const;
  });
  const half = (at: 0 | 1): Values => Object.fromEntries(halves.map(([name, pair]) => [name, pair[at]]));
  return [half(0), half(1)];
}

function halved({ data, dims: [rows = 0, ...shape] }: Tensor): readonly [Tensor, Tensor] {
  const dims = [rows / 2, ...shape];
  const half = data.length / 2;
  const shared = new Float32Array(new SharedArrayBuffer(4 * half));
  shared.set(data.subarray(half));
  return [
    { data: data.subarray(0, half), dims },
    { data: shared, dims },
  ];
}

export function joined(first: Tensor, last: Tensor): Tensor {
  const data = new Float32Array(first.data.length + last.data.length);
  data.set(first.data);
  data.set(last.data, first.data.length);
  return { data, dims: [(first.dims[0] ?? 0) + (last.dims[0] ?? 0), ...first.dims.slice(1)] };
}
