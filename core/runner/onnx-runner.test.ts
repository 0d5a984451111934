import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type Failed, failureOf } from '../contract/failure.ts';
import type { RunEvent, RunMetrics, RunnerStatus } from '../contract/generate/runner.ts';
import { samplePlan } from './fixtures/sample-plan.ts';
import { createOnnxRunner, type OnnxRunner, type OnnxRunnerOptions } from './onnx-runner.ts';

const stub = fileURLToPath(new URL('./fixtures/stub-entry.ts', import.meta.url));
const exitAtStart = fileURLToPath(new URL('./fixtures/exit-at-start.ts', import.meta.url));
const silent = fileURLToPath(new URL('./fixtures/silent-entry.ts', import.meta.url));
const never = new AbortController().signal;
const ignore = (): void => undefined;
const runners: OnnxRunner[] = [];

function open(options: Partial<OnnxRunnerOptions> = {}): OnnxRunner {
  const runner = createOnnxRunner({ entryPath: stub, nodePath: process.execPath, ...options });
  runners.push(runner);
  return runner;
}

function run(runner: OnnxRunner, prompt: string, onEvent: (event: RunEvent) => void = ignore): Promise<RunMetrics> {
  return runner.run(samplePlan({ prompt }), onEvent, never);
}

function firstEvent(runner: OnnxRunner, prompt: string, signal: AbortSignal = never) {
  let begun = ignore;
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const result = runner.run(samplePlan({ prompt }), () => begun(), signal);
  result.catch(ignore);
  return { started, result };
}

async function refusalOf(promise: Promise<unknown>): Promise<Failed['failure']> {
  return promise.then(
    () => expect.unreachable('it should have been refused'),
    (error: unknown) => failureOf(error),
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not come to pass in 10 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.close()));
});

describe('a runner that is warmed up', () => {
  it('has its process before the first run, and runs in that one', async () => {
    const runner = open();
    runner.warmUp();
    await until(() => runner.status().state === 'ready');
    const early = runner.processId();
    await run(runner, 'ok');
    expect({ isAlive: early !== null, same: runner.processId() === early }).toEqual({ isAlive: true, same: true });
  });

  it('tells of a process that does not start when it is run', async () => {
    const runner = open({ entryPath: exitAtStart });
    runner.warmUp();
    expect((await refusalOf(run(runner, 'ok'))).code).toBe('runner_unavailable');
  });
});

describe('a runner over a process', () => {
  it('starts it at the first run, keeps it for the second, and tells what it knows', async () => {
    const states: RunnerStatus[] = [];
    const runner = open({ onStatus: (status) => states.push(status), env: { STUB_PROVIDER: 'webgpu' } });
    expect(runner.status().state).toBe('stopped');
    expect(runner.processId()).toBeNull();
    const events: RunEvent[] = [];
    const first = await run(runner, 'a', (event) => events.push(event));
    const second = await run(runner, 'b');
    expect([first.load_ms, second.load_ms]).toEqual([1, 2]);
    expect(events).toEqual([{ kind: 'progress', stage: 'denoise', item_index: 0, step: 1, step_count: 9 }]);
    expect(runner.status()).toEqual({
      kind: 'onnx',
      state: 'ready',
      provider: 'webgpu',
      provider_note: null,
      threads: 3,
      loaded_model_id: 'diffusion/stable-diffusion-1/sample',
      memory_bytes: 1234,
      restarts: 0,
      last_failure: null,
    });
    const seen = states.map(({ state }) => state).filter((state, at, all) => state !== all[at - 1]);
    expect(seen).toEqual(['starting', 'ready', 'busy', 'ready', 'busy', 'ready']);
  });

  it('answers a probe', async () => {
    expect(await open().probe()).toEqual({
      runtime_version: '0.0.0',
      providers: [{ name: 'cpu', usable: true, reason: null }],
    });
  });

  it('passes on what the process says of its own failure, and lives on', async () => {
    const runner = open();
    expect(await refusalOf(run(runner, 'refuse'))).toEqual({
      code: 'oom',
      message: 'no memory',
      details: { reason: 'none' },
    });
    expect(runner.status()).toMatchObject({ state: 'ready', restarts: 0, last_failure: { code: 'oom' } });
    await run(runner, 'a');
    expect(runner.status().last_failure).toBeNull();
  });

  it('takes turns, in order', async () => {
    const runner = open();
    const order: string[] = [];
    const mark = (name: string) => () => order.push(name);
    await Promise.all(['1', '2', '3', '4'].map((name) => run(runner, name).then(mark(name))));
    expect(order).toEqual(['1', '2', '3', '4']);
  });
});

describe('a process that goes wrong', () => {
  it.each([
    ['throws', 'throw', /^exit code 1: RangeError: the driver fell over$/],
    ['exits', 'exit', /^exit code 7$/],
    ['exits some time after a warning', 'warn and exit', /^exit code 7$/],
    ['is killed', 'be killed', /^signal SIGKILL$/],
    ['says what is no part of the protocol', 'garbage', /^it sent a message that is not part of the protocol/],
    ['sends a picture that is too short', 'short picture', /^it sent a message that is not part of the protocol/],
  ])('fails the run when it %s, and the next run starts another', async (_, prompt, reason) => {
    const runner = open();
    const failure = await refusalOf(run(runner, prompt));
    expect(failure.code).toBe('runner_crashed');
    expect(failure.details?.reason).toMatch(reason);
    expect(runner.status()).toMatchObject({
      state: 'stopped',
      threads: null,
      last_failure: { code: 'runner_crashed' },
    });
    expect((await run(runner, 'a')).load_ms).toBe(1);
    expect(runner.status()).toMatchObject({ state: 'ready', restarts: 1, last_failure: null });
  });

  it('fails the run half way when it is killed with -9', async () => {
    const runner = open();
    const { started, result } = firstEvent(runner, 'long');
    await started;
    process.kill(runner.processId() ?? 0, 'SIGKILL');
    expect(await refusalOf(result)).toMatchObject({ code: 'runner_crashed', details: { reason: 'signal SIGKILL' } });
    await run(runner, 'a');
    expect(runner.status().restarts).toBe(1);
  });

  it('notices when it is killed at rest, and starts another for the next run', async () => {
    const runner = open();
    await run(runner, 'a');
    process.kill(runner.processId() ?? 0, 'SIGKILL');
    await until(() => runner.processId() === null);
    expect(runner.status()).toMatchObject({ state: 'stopped', last_failure: { code: 'runner_crashed' } });
    expect((await run(runner, 'a')).load_ms).toBe(1);
  });

  it.each([
    ['between two calls', 'long', { silenceTimeoutMs: 150 }, 150],
    ['inside a call that never returns', 'blocked', { silenceTimeoutMs: 150 }, 150],
    ['after its first step', 'blocked', { silenceTimeoutMs: 60_000, stepTimeoutMs: 200 }, 200],
  ])('ends one that hangs %s, and the next run starts another', async (_, prompt, options, silenceMs) => {
    const runner = open(options);
    const { result } = firstEvent(runner, prompt);
    expect(await refusalOf(result)).toMatchObject({
      code: 'runner_crashed',
      details: { reason: `it said nothing for ${silenceMs / 1000} s and was ended` },
    });
    await run(open(), 'a');
    expect(runner.status()).toMatchObject({ state: 'stopped', last_failure: { code: 'runner_crashed' } });
  });

  it.each([
    ['one that exits at start', { entryPath: exitAtStart }, /^exit code 1: Error: libonnxruntime\.so: cannot open/],
    ['one that never gets ready', { entryPath: silent, startTimeoutMs: 200 }, /^it did not answer within 0\.2 s$/],
    ['an executable that is not there', { nodePath: '/nowhere/node' }, /ENOENT/],
  ])('says why it could not start %s', async (_, options, reason) => {
    const runner = open(options);
    const failure = await refusalOf(run(runner, 'a'));
    expect(failure.code).toBe('runner_unavailable');
    expect(failure.details?.reason).toMatch(reason);
    expect(runner.status()).toMatchObject({ state: 'stopped', last_failure: { code: 'runner_unavailable' } });
  });
});

describe('canceling', () => {
  it('stops a run between two steps and keeps the process', async () => {
    const runner = open();
    const controller = new AbortController();
    const { started, result } = firstEvent(runner, 'long', controller.signal);
    await started;
    const pid = runner.processId();
    controller.abort();
    expect(await refusalOf(result)).toMatchObject({ code: 'canceled' });
    expect(runner.status()).toMatchObject({ state: 'ready', last_failure: null });
    await run(runner, 'a');
    expect(runner.processId()).toBe(pid);
  });

  it.each(['deaf', 'blocked'])(
    'ends a %s process that does not obey in time, which counts as no crash',
    async (kind) => {
      const runner = open({ cancelTimeoutMs: 100 });
      const controller = new AbortController();
      const { started, result } = firstEvent(runner, kind, controller.signal);
      await started;
      const pid = runner.processId() ?? 0;
      controller.abort();
      expect(await refusalOf(result)).toMatchObject({ code: 'canceled' });
      expect(isAlive(pid)).toBe(false);
      await run(runner, 'a');
      expect(runner.status()).toMatchObject({ restarts: 0, last_failure: null });
    },
  );

  it('takes one that waits out of the line and leaves the one before it alone', async () => {
    const runner = open();
    const first = new AbortController();
    const running = firstEvent(runner, 'long', first.signal);
    await running.started;
    const second = new AbortController();
    const waiting = runner.run(samplePlan(), ignore, second.signal);
    second.abort();
    expect(await refusalOf(waiting)).toMatchObject({ code: 'canceled' });
    expect(runner.status().state).toBe('busy');
    first.abort();
    expect(await refusalOf(running.result)).toMatchObject({ code: 'canceled' });
  });

  it('refuses at once what was canceled before it began', async () => {
    const runner = open();
    expect(await refusalOf(runner.run(samplePlan(), ignore, AbortSignal.abort()))).toMatchObject({ code: 'canceled' });
    expect(runner.processId()).toBeNull();
  });
});

describe('giving memory back', () => {
  it('ends an idle process, and the next run starts another that counts as no restart', async () => {
    const runner = open({ idleMs: 50 });
    await run(runner, 'a');
    const pid = runner.processId() ?? 0;
    await until(() => !isAlive(pid));
    await until(() => runner.status().state === 'stopped');
    expect(runner.status()).toMatchObject({ loaded_model_id: null, memory_bytes: null, last_failure: null });
    expect((await run(runner, 'a')).load_ms).toBe(1);
    expect(runner.status().restarts).toBe(0);
  });

  it('unloads when told to', async () => {
    const runner = open();
    await run(runner, 'a');
    const pid = runner.processId() ?? 0;
    await runner.unload();
    expect(isAlive(pid)).toBe(false);
    await runner.unload();
  });
});

describe('closing', () => {
  it('ends the run in progress, those that wait and the process; nothing runs after', async () => {
    const runner = open();
    const running = firstEvent(runner, 'deaf');
    await running.started;
    const waiting = run(runner, 'a');
    waiting.catch(ignore);
    const pid = runner.processId() ?? 0;
    await runner.close();
    const refused = await Promise.all([running.result, waiting, run(runner, 'b')].map(refusalOf));
    expect(refused.map(({ code }) => code)).toEqual(Array(3).fill('runner_unavailable'));
    expect(isAlive(pid)).toBe(false);
    expect(runner.status()).toMatchObject({ state: 'stopped', last_failure: null });
  });
});
