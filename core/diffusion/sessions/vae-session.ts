import type { Forms } from '../graphs/layers.ts';
import type { OnnxGraph } from '../onnx/graph-builder.ts';
import { inPrecision, type Precision } from '../onnx/half-precision.ts';
import { openSession } from '../onnx/session.ts';
import { type LazySession, lazySession } from './lazy-session.ts';

interface VaeHalf {
  readonly leastRows: number;
  readonly precision: Precision;
  readonly write: (forms: Forms) => OnnxGraph;
}

/**
 * One half of a VAE, whose only input is a feature map. A map of fewer than `leastRows` rows is too low to be convolved in bands: it goes
 * through a session of its own.
 */
export function vaeSession(
  provider: string,
  forms: Forms,
  { leastRows, precision, write }: VaeHalf,
): Omit<LazySession, 'prepare'> {
  const banded = lazySession(provider, () => inPrecision(write(forms), precision), openSession);
  const whole = lazySession(
    provider,
    () => inPrecision(write({ ...forms, convolution: 'direct' }), precision),
    openSession,
  );
  return {
    run: (feeds) => {
      const [feed] = Object.values(feeds);
      return ((feed?.dims[2] ?? 0) < leastRows ? whole : banded).run(feeds);
    },
    close: async () => {
      await banded.close();
      await whole.close();
    },
    get isLoaded() {
      return banded.isLoaded || whole.isLoaded;
    },
  };
}
