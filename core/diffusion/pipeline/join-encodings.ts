import type { Tensor, TextEncoding } from '../networks.ts';

/** What several text encoders say of the same prompts, side by side; SDXL's pooled answer is the last that there is. */
export function joinEncodings(encodings: readonly TextEncoding[], isXl: boolean): TextEncoding {
  const pooled = encodings.findLast((encoding) => encoding.pooled !== null)?.pooled ?? null;
  return { context: joinChannels(encodings.map(({ context }) => context)), pooled: isXl ? pooled : null };
}

/** `[batch, tokens, a]` and `[batch, tokens, b]` to `[batch, tokens, a + b]`. */
function joinChannels(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (first === undefined) throw new RangeError('no text encoding');
  if (parts.length === 1) return first;
  const [batch = 0, tokens = 0] = first.dims;
  const widths = parts.map(({ dims }) => dims[2] ?? 0);
  const width = widths.reduce((sum, one) => sum + one, 0);
  const data = new Float32Array(batch * tokens * width);
  for (let row = 0; row < batch * tokens; row++) {
    let at = row * width;
    for (const [index, part] of parts.entries()) {
      const size = widths[index] ?? 0;
      data.set(part.data.subarray(row * size, (row + 1) * size), at);
      at += size;
    }
  }
  return { data, dims: [batch, tokens, width] };
}
