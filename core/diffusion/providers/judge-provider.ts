import { listSupportedBackends } from 'onnxruntime-node';
import { Failed } from '../../contract/failure.ts';
import type { AttentionForm } from '../graphs/layers.ts';
import type { Tensor } from '../networks.ts';
import { type Feed, namedDims } from '../onnx/create-session.ts';
import { inHalfPrecision } from '../onnx/half-precision.ts';
import { openSession } from '../onnx/session.ts';
import { attentionProbes, networkProbes, type Probe, speedProbe, waves } from './probe.ts';
import type { Provider, Verdict } from './verdict.ts';

/** A difference is measured against the largest value of the result. GPUs may round products to 10 bits (TF32), so 1e-3 is no error. */
const allowedError = 5e-3;
const allowedAttentionError = 1e-3;
/** Numbers of 11 bits through some twenty layers: 2.3 % on the one graphics card that it was measured on, whose pictures were right. */
const allowedHalfError = 5e-2;
/** Half precision has to win this much: it gives worse numbers. */
const worthwhile = 0.9;

/** Tries a provider: whether it is there, gives the CPU's numbers, in which forms, and how fast it multiplies. Never throws. */
export async function judgeProvider(provider: Provider): Promise<Verdict> {
  if (!listSupportedBackends().some(({ name }) => name === provider))
    return unusable('This build of ONNX Runtime does not have it.');
  try {
    // One that is not there says so at the smallest graph: the networks take 100 ms to write.
    await runProbe(provider, speedProbe(8, 1));
    const wrong = await firstWrong(provider, networkProbes('plain'), allowedError);
    if (wrong !== null) return unusable(wrong);
    const fusedIsWrong = await firstWrong(provider, attentionProbes('fused'), allowedAttentionError).catch(reasonOf);
    const attention: AttentionForm = fusedIsWrong === null ? 'fused' : 'plain';
    const times = await timesOf(provider);
    const isFaster = times.own < times.cpu;
    const isHalf = isFaster && (await likesHalf(provider, attention, times.own));
    const notes = [
      ...(isFaster
        ? []
        : [`Slower than the CPU: ${inMs(times.own)} against ${inMs(times.cpu)} for the same products.`]),
      ...(fusedIsWrong === null ? [] : ['Its fused attention is not used.']),
    ];
    return {
      usable: true,
      attention,
      precision: isHalf ? 'float16' : 'float32',
      isFaster,
      speed: times.cpu / times.own,
      reason: notes.length === 0 ? null : notes.join(' '),
    };
  } catch (error) {
    return unusable(reasonOf(error));
  }
}

export const unusable = (reason: string): Verdict => ({
  usable: false,
  attention: 'plain',
  precision: 'float32',
  isFaster: false,
  speed: 0,
  reason,
});

async function likesHalf(provider: Provider, attention: AttentionForm, floatSeconds: number): Promise<boolean> {
  const half = (probe: Probe): Probe => ({ ...probe, graph: inHalfPrecision(probe.graph) });
  try {
    const wrong = await firstWrong(provider, networkProbes(attention), allowedHalfError, half);
    return wrong === null && (await secondsOf(provider, half(largeProbe()))) < floatSeconds * worthwhile;
  } catch {
    // A device without half precision says so by failing.
    return false;
  }
}

/** A small product first: a program that plays a GPU takes a minute for the large one. */
async function timesOf(provider: Provider): Promise<{ readonly own: number; readonly cpu: number }> {
  const smallProbe = speedProbe(256, 2);
  const small = { own: await secondsOf(provider, smallProbe), cpu: await secondsOf('cpu', smallProbe) };
  if (small.own > hopelessSeconds && small.own > 5 * small.cpu) return small;
  return { own: await secondsOf(provider, largeProbe()), cpu: await secondsOf('cpu', largeProbe()) };
}

const largeProbe = (): Probe => speedProbe(1024, 16);

const hopelessSeconds = 0.05;

/** The first probe whose numbers differ from the CPU's, as a sentence. `changed` is what the provider is given of it. */
async function firstWrong(
  provider: Provider,
  probes: readonly Probe[],
  allowed: number,
  changed: (probe: Probe) => Probe = (probe) => probe,
): Promise<string | null> {
  for (const probe of probes) {
    const [own, cpu] = [await runProbe(provider, changed(probe)), await runProbe('cpu', probe)];
    const error = relativeError(own, cpu);
    if (!(error <= allowed))
      return `It gives wrong numbers for ${probe.name}: off by ${(error * 100).toFixed(1)} % of the CPU's.`;
  }
  return null;
}

async function runProbe(provider: Provider, probe: Probe): Promise<Tensor> {
  const feeds = feedsOf(probe);
  const session = await openSession(probe.graph, { provider, fixedDims: namedDims(probe.graph.inputs, feeds) });
  try {
    const [output] = Object.values(await session.run(feeds));
    if (output === undefined) throw new RangeError('a probe has an output');
    return { dims: output.dims, data: output.data.slice() };
  } finally {
    await session.close();
  }
}

const slowSeconds = 0.5;

/** The best of three after a first run that compiles; of one where that is slow already. */
async function secondsOf(provider: Provider, probe: Probe): Promise<number> {
  const session = await openSession(probe.graph, { provider });
  try {
    const feeds = feedsOf(probe);
    await session.run(feeds);
    let best = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < 3 && (turn === 0 || best < slowSeconds); turn++) {
      const start = performance.now();
      await session.run(feeds);
      best = Math.min(best, (performance.now() - start) / 1000);
    }
    return best;
  } finally {
    await session.close();
  }
}

function feedsOf({ floats, ids }: Probe): Record<string, Feed> {
  const sizeOf = (dims: readonly number[]) => dims.reduce((product, one) => product * one, 1);
  return Object.fromEntries([
    ...Object.entries(floats).map(([name, dims], phase) => [name, { data: waves(sizeOf(dims), phase), dims }]),
    ...Object.entries(ids).map(([name, { dims, below }]) => [
      name,
      { ids: BigInt64Array.from({ length: sizeOf(dims) }, (_, at) => BigInt((at * 7) % below)), dims },
    ]),
  ]);
}

export function relativeError(got: Tensor, right: Tensor): number {
  if (got.data.length !== right.data.length) return Number.NaN;
  let [difference, size] = [0, 0];
  for (const [at, value] of right.data.entries()) {
    difference = Math.max(difference, Math.abs((got.data[at] ?? Number.NaN) - value));
    size = Math.max(size, Math.abs(value));
  }
  return difference / size;
}

const inMs = (seconds: number): string => `${Math.round(seconds * 1000)} ms`;

/** One line, from where it says what failed: drivers like to answer with a page, and the runtime puts its source file first. */
function reasonOf(error: unknown): string {
  const text = error instanceof Failed ? String(error.failure.details?.reason) : String(error);
  if (/Failed to load shared library/.test(text))
    return 'Its library is not part of this program, or could not be loaded.';
  const [line = ''] = (/Failed to .*/.exec(text)?.[0] ?? text).split('\n');
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
