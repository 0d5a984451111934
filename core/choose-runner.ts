import { Failed } from './contract/failure.ts';
import { ProviderName, RunnerKind } from './contract/generate/runner.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface RunnerChoice {
  readonly runnerKind: RunnerKind;
  readonly provider: ProviderName;
  /** Of the fake runner: how long a step takes. */
  readonly fakeStepMs: number;
}

const longestFakeStepMs = 60_000;

/**
 * Reads `VITRINE_RUNNER`, `VITRINE_FAKE_STEP_MS` and `VITRINE_PROVIDER`. An installed Vitrine runs the fake runner only if `VITRINE_ALLOW_FAKE=1` asks for it once more:
 * a variable that was left behind must not make pictures that no model made. Throws `invalid_input` {field}.
 */
export function chooseRunner(env: Env, { isPackaged }: { readonly isPackaged: boolean }): RunnerChoice {
  const runnerKind = choice('VITRINE_RUNNER', RunnerKind.options, env) ?? 'onnx';
  if (runnerKind === 'fake' && isPackaged && env.VITRINE_ALLOW_FAKE !== '1')
    throw new Failed('invalid_input', {
      field: 'VITRINE_RUNNER',
      reason:
        'the fake runner makes pictures that no model made, and an installed Vitrine refuses it. Remove the variable, or set VITRINE_ALLOW_FAKE=1 as well',
    });
  const fakeStepMs = Number(env.VITRINE_FAKE_STEP_MS || 0);
  if (!(fakeStepMs >= 0 && fakeStepMs <= longestFakeStepMs))
    throw new Failed('invalid_input', {
      field: 'VITRINE_FAKE_STEP_MS',
      reason: `it must be from 0 to ${longestFakeStepMs} ms`,
    });
  return { runnerKind, fakeStepMs, provider: choice('VITRINE_PROVIDER', ProviderName.options, env) ?? 'auto' };
}

/** Only ever these variables: that a machine runs tests is no reason to make pictures that nobody generated. */
function choice<Name extends string>(
  variable: string,
  names: readonly Name[],
  env: Readonly<Record<string, string | undefined>>,
): Name | null {
  const given = env[variable];
  if (!given) return null;
  const found = names.find((name) => name === given);
  if (found === undefined)
    throw new Failed('invalid_input', { field: variable, reason: `it must be one of ${names.join(', ')}` });
  return found;
}
