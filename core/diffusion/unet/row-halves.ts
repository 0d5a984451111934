import type { Tensor } from '../networks.ts';
import type { Values } from './segment-chain.ts';

export interface RowHalves {
  /** The first half of the rows, for this thread, and the last, for another one; what has one row for all goes to both. */
  of(values: Values, rows: number): readonly [Values, Values];
  /** Lets the copies go. */
  forget(): void;
}

/** Fewer numbers are copied twice on their way to another thread as fast as once. */
const leastShared = 2 ** 14;

/**
 * What the other thread gets is copied into memory that it shares, which is used again by the next call: the one before must be over. Keys and
 * values come again with every step of a picture, and are copied once.
 */
export function rowHalves(): RowHalves {
  const copies = new Map<string, { readonly of: Tensor; readonly copy: Float32Array }>();
  const shared = (name: string, of: Tensor, data: Float32Array): Float32Array => {
    if (data.length < leastShared) return data.slice();
    const known = copies.get(name);
    if (known?.of === of) return known.copy;
    const copy =
      known?.copy.length === data.length ? known.copy : new Float32Array(new SharedArrayBuffer(data.byteLength));
    copy.set(data);
    copies.set(name, { of, copy });
    return copy;
  };
  return {
    of: (values, rows) => {
      const first: Record<string, Tensor> = {};
      const last: Record<string, Tensor> = {};
      for (const [name, tensor] of Object.entries(values)) {
        const { data, dims } = tensor;
        const isParted = dims[0] === rows;
        const middle = isParted ? data.length / 2 : 0;
        const shape = isParted ? [rows / 2, ...dims.slice(1)] : dims;
        first[name] = isParted ? { data: data.subarray(0, middle), dims: shape } : tensor;
        last[name] = { data: shared(name, tensor, data.subarray(middle)), dims: shape };
      }
      return [first, last];
    },
    forget: () => copies.clear(),
  };
}

export function joined(first: Tensor, last: Tensor): Tensor {
  const data = new Float32Array(first.data.length + last.data.length);
  data.set(first.data);
  data.set(last.data, first.data.length);
  return { data, dims: [(first.dims[0] ?? 0) + (last.dims[0] ?? 0), ...first.dims.slice(1)] };
}
