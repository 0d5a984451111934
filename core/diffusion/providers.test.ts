import { expect, test } from 'vitest';
import { attentionProbes, networkProbes } from './graphs/probe.ts';
import { openSession } from './onnx/session.ts';
import { chooseProvider, probeProviders, relativeError } from './providers.ts';

test('cpu is always usable, with fused attention', async () => {
  expect(await chooseProvider('cpu')).toEqual({
    provider: 'cpu',
    attention: 'fused',
    reports: [{ name: 'cpu', usable: true, reason: null }],
  });
});

test('a provider that this machine lacks is refused by name, with the reason', async () => {
  await expect(chooseProvider(process.platform === 'darwin' ? 'dml' : 'coreml')).rejects.toMatchObject({
    failure: { code: 'provider_unavailable', details: { reason: 'This build of ONNX Runtime does not have it.' } },
  });
});

test('every provider is reported once, and an unusable one says why', async () => {
  const { runtime_version, providers } = await probeProviders();
  expect(runtime_version).toMatch(/^\d+\.\d+\.\d+/);
  expect(providers.map(({ name }) => name)).toEqual(['cpu', 'cuda', 'dml', 'coreml', 'webgpu']);
  for (const { usable, reason } of providers) if (!usable) expect(reason).not.toBe('');
});

test('auto takes a provider that it reported as usable', async () => {
  const { provider, reports } = await chooseProvider('auto');
  expect(reports.find(({ name }) => name === provider)).toMatchObject({ usable: true });
});

test('both forms of attention agree on the CPU', async () => {
  const plain = attentionProbes('plain');
  for (const [index, fused] of attentionProbes('fused').entries()) {
    const feeds = Object.fromEntries(
      Object.entries(fused.floats).map(([name, dims], phase) => [
        name,
        { dims, data: Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, at) => Math.sin(at + phase)) },
      ]),
    );
    const outputs = [];
    for (const graph of [fused.graph, plain[index]?.graph ?? fused.graph]) {
      const session = await openSession(graph, { provider: 'cpu' });
      outputs.push((await session.run(feeds)).mixed);
      await session.close();
    }
    const [left, right] = outputs;
    if (left === undefined || right === undefined) expect.unreachable();
    expect(relativeError(left, right)).toBeLessThan(1e-5);
  }
});

test('the probes need no file', () => {
  for (const { graph } of networkProbes('plain')) expect(graph.weightFolder).toBeNull();
});

test.each([
  [[1, 2, 4], [1, 2, 4], 0],
  [[1, 2, 3], [1, 2, 4], 0.25],
  [[1, Number.NaN, 4], [1, 2, 4], Number.NaN],
  [[1, 2], [1, 2, 4], Number.NaN],
])('%j against %j is off by %d of the largest', (got, right, error) => {
  const tensor = (values: number[]) => ({ data: Float32Array.from(values), dims: [values.length] });
  expect(relativeError(tensor(got), tensor(right))).toBe(error);
});
