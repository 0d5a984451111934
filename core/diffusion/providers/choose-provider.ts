import { Failed } from '../../contract/failure.ts';
import type { ProviderName, ProviderReport } from '../../contract/generate/runner.ts';
import type { ComputeForm, Provider, Verdict } from './verdict.ts';
import { openVerdicts, runtimeVersion, type Verdicts } from './verdicts.ts';

export interface ProviderChoice extends ComputeForm {
  readonly provider: Provider;
  /** What was tried, and why something else was not taken. */
  readonly reports: readonly ProviderReport[];
  /** The same in a sentence, where there is something to say. */
  readonly note: string | null;
}

export interface ProviderProbe {
  readonly runtime_version: string;
  readonly providers: ProviderReport[];
}

const others: readonly Exclude<Provider, 'cpu'>[] = ['cuda', 'dml', 'coreml', 'webgpu'];

let verdictsOfProcess: Verdicts | null = null;
function ownVerdicts(): Verdicts {
  verdictsOfProcess ??= openVerdicts({ path: process.env.VITRINE_VERDICTS ?? null });
  return verdictsOfProcess;
}

/**
 * The provider to run on. One other than `cpu` is believed only after small networks gave the CPU's numbers there; `auto` takes the fastest
 * on this machine of those that are believed, the CPU among them.
 *
 * Throws `provider_unavailable` {provider, reason} for a named one that can't be used. `cpu` always can.
 */
export async function chooseProvider(
  wanted: ProviderName,
  verdicts: Verdicts = ownVerdicts(),
): Promise<ProviderChoice> {
  if (wanted === 'cpu') return cpuChoice([]);
  if (wanted !== 'auto') {
    const verdict = await verdicts.of(wanted);
    if (!verdict.usable) throw new Failed('provider_unavailable', { provider: wanted, reason: verdict.reason });
    return choiceOf(wanted, verdict, [reportOf(wanted, verdict)]);
  }
  const tried: { readonly provider: Provider; readonly verdict: Verdict }[] = [];
  for (const provider of others) tried.push({ provider, verdict: await verdicts.of(provider) });
  const reports = tried.map(({ provider, verdict }) => reportOf(provider, verdict));
  const [best] = tried
    .filter(({ verdict }) => verdict.usable && verdict.isFaster)
    .sort((one, other) => other.verdict.speed - one.verdict.speed);
  return best === undefined ? cpuChoice(reports) : choiceOf(best.provider, best.verdict, reports);
}

/** Every provider that Vitrine knows, tried: what `doctor` shows. `fresh` tries what was tried before once more. */
export async function probeProviders(fresh = false, verdicts: Verdicts = ownVerdicts()): Promise<ProviderProbe> {
  if (fresh) await verdicts.forget();
  const providers = [...cpuChoice([]).reports];
  for (const provider of others) providers.push(reportOf(provider, await verdicts.of(provider)));
  return { runtime_version: runtimeVersion(), providers };
}

const choiceOf = (
  provider: Provider,
  { attention, precision }: Verdict,
  reports: readonly ProviderReport[],
): ProviderChoice => ({
  provider,
  attention,
  precision,
  reports,
  note: reports.find(({ name }) => name === provider)?.reason ?? null,
});

const cpuChoice = (reports: readonly ProviderReport[]): ProviderChoice => ({
  provider: 'cpu',
  attention: 'fused',
  precision: 'float32',
  reports: [{ name: 'cpu', usable: true, reason: null }, ...reports],
  note: reports.length === 0 ? null : reports.map(({ name, reason }) => `${name}: ${reason}`).join(' '),
});

const reportOf = (name: Provider, { usable, reason }: Verdict): ProviderReport => ({ name, usable, reason });
