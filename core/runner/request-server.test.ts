import { describe, expect, it } from 'vitest';
import { Failed } from '../contract/failure.ts';
import type { RunMetrics, RunnerReply, RunPlan } from '../contract/generate/runner.ts';
import { sampleDescriptor, samplePlan } from './fixtures/sample-plan.ts';
import { createRequestServer, failureOfRun, type LoadedPipeline } from './request-server.ts';

const metrics: RunMetrics = {
  load_ms: 0,
  text_ms: 1,
  denoise_ms: 2,
  decode_ms: 3,
  provider: 'cpu',
  sampler: 'Euler',
  scheduler: 'Automatic',
};
const other = { ...sampleDescriptor, entry_path: '/models/other' };

function serve(
  runPipeline: LoadedPipeline['run'] = async () => metrics,
  openFault: (plan: string) => Error | null = () => null,
) {
  const replies: RunnerReply[] = [];
  const lives: string[] = [];
  const logged: string[] = [];
  const answer = createRequestServer({
    send: (reply) => replies.push(reply),
    openPipeline: async ({ entry_path }) => {
      const fault = openFault(entry_path);
      if (fault) throw fault;
      await new Promise((resolve) => setTimeout(resolve, 5));
      lives.push(`open ${entry_path}`);
      return { run: runPipeline, close: () => void lives.push(`close ${entry_path}`) };
    },
    probe: async () => ({ runtime_version: '1', providers: [] }),
    memoryBytes: () => 99,
    log: (line) => logged.push(line),
  });
  const run = (id: number, change: Partial<RunPlan> = {}): Promise<void> =>
    answer({ kind: 'run', id, plan: samplePlan(change) });
  return { answer, run, replies, lives, logged };
}

describe('the runner process', () => {
  it('answers a run with its events and one done', async () => {
    const event = { kind: 'progress', stage: 'text', item_index: 0, step: 0, step_count: 1 } as const;
    const { run, replies } = serve(async (_, onEvent) => {
      onEvent(event);
      return metrics;
    });
    await run(4);
    expect(replies).toEqual([
      { kind: 'event', id: 4, event },
      { kind: 'done', id: 4, metrics: { ...metrics, load_ms: expect.any(Number) }, memory_bytes: 99 },
    ]);
  });

  it('keeps one model: a second run of it loads nothing, another one takes its place', async () => {
    const { run, lives, replies } = serve();
    await run(1);
    await run(2);
    await run(3, { descriptor: other });
    await run(4, { descriptor: other, provider: 'webgpu' });
    expect(lives).toEqual([
      'open /models/sample',
      'close /models/sample',
      'open /models/other',
      'close /models/other',
      'open /models/other',
    ]);
    const loads = replies.map((reply) => reply.kind === 'done' && reply.metrics.load_ms > 0);
    expect(loads).toEqual([true, false, true, true]);
  });

  it('stops a run, and one that has not begun, when told to', async () => {
    const { answer, run, replies } = serve(async (_plan, _onEvent, isCanceled) => {
      while (!isCanceled()) await new Promise((resolve) => setImmediate(resolve));
      throw new Failed('canceled');
    });
    const both = Promise.all([run(1), run(2)]);
    void answer({ kind: 'cancel', id: 2 });
    void answer({ kind: 'cancel', id: 1 });
    await both;
    expect(replies).toEqual([1, 2].map((id) => ({ kind: 'failed', id, failure: new Failed('canceled').failure })));
  });

  it('tells the run which picture is skipped, and forgets it with the run', async () => {
    const seen: boolean[][] = [];
    const { answer, run } = serve(async (_plan, _onEvent, _isCanceled, isSkipped) => {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push([isSkipped(0), isSkipped(1)]);
      return metrics;
    });
    const first = run(1);
    void answer({ kind: 'skip', id: 1, item_index: 1 });
    await first;
    await run(2);
    expect(seen).toEqual([
      [false, true],
      [false, false],
    ]);
  });

  it('leaves alone what is no request', async () => {
    const { answer, replies, logged } = serve();
    for (const message of [null, 'run', { kind: 'run', id: 'x' }, { kind: 'run', id: 1, plan: { steps: -1 } }])
      await answer(message);
    expect(replies).toEqual([]);
    expect(logged).toHaveLength(4);
  });

  it('fails one run for a model that does not load, and serves the next', async () => {
    const { run, replies } = serve(undefined, (path) =>
      path === '/models/other' ? new Error('Deserialize tensor failed') : null,
    );
    await run(1, { descriptor: other });
    await run(2);
    expect(replies.map((reply) => (reply.kind === 'failed' ? reply.failure.code : reply.kind))).toEqual([
      'model_load_failed',
      'done',
    ]);
  });

  it('drops the model when memory ran out', async () => {
    const { run, lives, replies, logged } = serve(async () => {
      throw new Error('std::bad_alloc');
    });
    await run(1);
    expect(lives).toEqual(['open /models/sample', 'close /models/sample']);
    expect(replies).toMatchObject([{ kind: 'failed', failure: { code: 'oom' } }]);
    expect(logged[0]).toContain('std::bad_alloc');
  });

  it('answers a probe', async () => {
    const { answer, replies } = serve();
    await answer({ kind: 'probe', id: 8 });
    expect(replies).toEqual([{ kind: 'probed', id: 8, runtime_version: '1', providers: [] }]);
  });
});

describe('a failure of a run', () => {
  it.each([
    [new Failed('nan_in_result', { where: 'the UNet' }), true, 'nan_in_result'],
    [new Error('Failed to allocate memory for requested buffer of size 1'), true, 'oom'],
    [new RangeError('Array buffer allocation failed'), false, 'oom'],
    [new Error('no such operator'), false, 'model_load_failed'],
    [new Error('no such operator'), true, 'internal'],
    ['a bare string', true, 'internal'],
  ])('%s, once open: %s, is %s', (error, isOpen, code) => {
    expect(failureOfRun(error, isOpen).code).toBe(code);
  });
});
