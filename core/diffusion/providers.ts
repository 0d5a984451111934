import { env, listSupportedBackends } from 'onnxruntime-node';
import { Failed } from '../contract/failure.ts';
import type { ProviderName, ProviderReport } from '../contract/runner.ts';
import type { AttentionForm } from './graphs/layers.ts';
import { attentionProbes, networkProbes, type Probe, speedProbe, waves } from './graphs/probe.ts';
import type { Tensor } from './networks.ts';
import { type Feed, namedDims, openSession } from './onnx/session.ts';

type Provider = Exclude<ProviderName, 'auto'>;

export interface ProviderChoice {
  readonly provider: Provider;
  /** The fastest form of attention that gave right numbers there. */
  readonly attention: AttentionForm;
  /** What was tried, and why something else was not taken. */
  readonly reports: readonly ProviderReport[];
}

export interface ProviderProbe {
  readonly runtime_version: string;
  readonly providers: ProviderReport[];
}

/** In the order in which `auto` tries them: the one made for the hardware first. */
const others: readonly Exclude<Provider, 'cpu'>[] = ['cuda', 'dml', 'coreml', 'webgpu'];

/** A difference is measured against the largest value of the result. GPUs may round products to 10 bits (TF32), so 1e-3 is no error. */
const allowedError = 5e-3;
const allowedAttentionError = 1e-3;

/**
 * The provider to run on. One other than `cpu` is believed only after small networks gave the CPU's numbers there; `auto` takes the first
 * that is believed and faster than the CPU, else `cpu`. Probed once a process.
 *
 * Throws `provider_unavailable` {provider, reason} for a named one that can't be used. `cpu` always can.
 */
export async function chooseProvider(wanted: ProviderName): Promise<ProviderChoice> {
  if (wanted === 'cpu') return cpuChoice([]);
  if (wanted !== 'auto') {
    const verdict = await judge(wanted);
    if (verdict.attention === null)
      throw new Failed('provider_unavailable', { provider: wanted, reason: verdict.report.reason });
    return { provider: wanted, attention: verdict.attention, reports: [verdict.report] };
  }
  const reports: ProviderReport[] = [];
  for (const provider of others) {
    const verdict = await judge(provider);
    if (verdict.attention !== null && verdict.isFaster)
      return { provider, attention: verdict.attention, reports: [...reports, verdict.report] };
    reports.push(verdict.report);
  }
  return cpuChoice(reports);
}

/** Every provider that Vitrine knows, tried: what `doctor` shows. */
export async function probeProviders(): Promise<ProviderProbe> {
  const providers = [...cpuChoice([]).reports];
  for (const provider of others) providers.push((await judge(provider)).report);
  return { runtime_version: env.versions.node ?? env.versions.common, providers };
}

const cpuChoice = (reports: readonly ProviderReport[]): ProviderChoice => ({
  provider: 'cpu',
  attention: 'fused',
  reports: [{ name: 'cpu', usable: true, reason: null }, ...reports],
});

interface Verdict {
  readonly report: ProviderReport;
  /** Null when it is not to be used. */
  readonly attention: AttentionForm | null;
  readonly isFaster: boolean;
}

const verdicts = new Map<Provider, Promise<Verdict>>();

function judge(provider: Provider): Promise<Verdict> {
  const known = verdicts.get(provider);
  if (known !== undefined) return known;
  const verdict = judgeAnew(provider);
  verdicts.set(provider, verdict);
  return verdict;
}

async function judgeAnew(provider: Provider): Promise<Verdict> {
  const refuse = (reason: string): Verdict => ({
    report: { name: provider, usable: false, reason },
    attention: null,
    isFaster: false,
  });
  if (!listSupportedBackends().some(({ name }) => name === provider))
    return refuse('This build of ONNX Runtime does not have it.');
  try {
    const wrong = await firstWrong(provider, networkProbes('plain'), allowedError);
    if (wrong !== null) return refuse(wrong);
    const fusedIsWrong = await firstWrong(provider, attentionProbes('fused'), allowedAttentionError).catch(reasonOf);
    const times = { own: await secondsOf(provider, speedProbe()), cpu: await secondsOf('cpu', speedProbe()) };
    const isFaster = times.own < times.cpu;
    const notes = [
      ...(isFaster ? [] : [`Slower than the CPU: ${inMs(times.own)} against ${inMs(times.cpu)} for the same product.`]),
      ...(fusedIsWrong === null ? [] : ['Its fused attention is not used.']),
    ];
    const reason = notes.length === 0 ? null : notes.join(' ');
    return {
      report: { name: provider, usable: true, reason },
      attention: fusedIsWrong === null ? 'fused' : 'plain',
      isFaster,
    };
  } catch (error) {
    return refuse(reasonOf(error));
  }
}

/** The first probe whose numbers differ from the CPU's, as a sentence. */
async function firstWrong(provider: Provider, probes: readonly Probe[], allowed: number): Promise<string | null> {
  for (const probe of probes) {
    const [own, cpu] = [await runProbe(provider, probe), await runProbe('cpu', probe)];
    const error = relativeError(own, cpu);
    if (!(error <= allowed))
      return `It gives wrong numbers for ${probe.name}: off by ${(error * 100).toFixed(1)} % of the CPU's.`;
  }
  return null;
}

async function runProbe(provider: Provider, probe: Probe): Promise<Tensor> {
  const feeds = feedsOf(probe);
  const session = await openSession(probe.graph, { provider, fixedDims: namedDims(probe.graph, feeds) });
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
  const [line = ''] = (/Failed to .*/.exec(text)?.[0] ?? text).split('\n');
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
