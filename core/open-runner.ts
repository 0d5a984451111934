import { chooseRunner } from './choose-runner.ts';
import type {
  ImageRunner,
  ProviderName,
  ProviderReport,
  RunnerKind,
  RunnerStatus,
} from './contract/generate/runner.ts';
import type { Folders } from './folders.ts';
import type { Log } from './log.ts';
import { findProgramFiles } from './program-files.ts';
import { createFakeRunner } from './runner/fake-runner.ts';
import { createOnnxRunner } from './runner/onnx-runner.ts';

export interface RunnerOptions {
  readonly folders: Folders;
  readonly log: Log;
  /** `VITRINE_RUNNER`, `VITRINE_ALLOW_FAKE`, `VITRINE_FAKE_STEP_MS` and `VITRINE_PROVIDER` are read from it. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** The runner process's program, and a real Node executable to run it. */
  readonly runnerEntry?: string | undefined;
  readonly nodeExecutable?: string | undefined;
  /** Whether the process is started at once: for a command whose picture would wait for it. */
  readonly startsRunner?: boolean | undefined;
}

/** The runner of a core, and what was chosen with it. */
export interface OpenRunner {
  readonly kind: RunnerKind;
  readonly provider: ProviderName;
  readonly imageRunner: ImageRunner;
  /** Tells of each change of its status from now on. */
  listen(listener: (status: RunnerStatus) => void): void;
  /** Which execution providers work here, `fresh` or from memory; none for the fake one. */
  probe(fresh: boolean): Promise<readonly ProviderReport[]>;
}

/**
 * The runner that the environment asks for. It stands apart from the core so that its process can start while the core's own modules load.
 * Throws `invalid_input` for a runner or provider of no known name.
 */
export function openRunner({ folders, log, env = process.env, ...options }: RunnerOptions): OpenRunner {
  const program = findProgramFiles();
  const { runnerKind, provider, fakeStepMs } = chooseRunner(env, program);
  const listeners: ((status: RunnerStatus) => void)[] = [];
  const listen: OpenRunner['listen'] = (listener) => {
    listeners.push(listener);
  };
  const onStatus = (status: RunnerStatus): void => {
    for (const listener of listeners) listener(status);
  };
  const chosen = { kind: runnerKind, provider, listen };
  if (runnerKind === 'fake')
    return { ...chosen, imageRunner: createFakeRunner(onStatus, { stepMs: fakeStepMs }), probe: async () => [] };
  const runner = createOnnxRunner({
    entryPath: options.runnerEntry ?? program.runnerEntry,
    nodePath: options.nodeExecutable ?? process.execPath,
    onStatus,
    env: { VITRINE_VERDICTS: folders.verdictsPath },
    log: (line) => log.info({ from: 'runner' }, line),
  });
  if (options.startsRunner) runner.warmUp();
  return { ...chosen, imageRunner: runner, probe: async (fresh) => (await runner.probe(fresh)).providers };
}
