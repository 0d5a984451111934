import { expect, test } from 'vitest';
import { inHalfPrecision } from '../onnx/half-precision.ts';
import { openSession } from '../onnx/session.ts';
import { judgeProvider, relativeError } from './judge-provider.ts';
import { attentionProbes, networkProbes, speedProbe } from './probe.ts';

test('a provider that this build lacks is unusable, and says so', async () => {
  expect(await judgeProvider(process.platform === 'darwin' ? 'dml' : 'coreml')).toMatchObject({
    usable: false,
    isFaster: false,
    reason: 'This build of ONNX Runtime does not have it.',
  });
});

test('the CPU gives its own numbers', async () => {
  expect(await judgeProvider('cpu')).toMatchObject({ usable: true, attention: 'fused' });
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

test('the products that are timed give the row that went in times itself, in float32 and in halves', async () => {
  const row = { data: Float32Array.from({ length: 64 }, (_, at) => (at % 5) / 4 - 0.5), dims: [1, 64] };
  const { graph } = speedProbe(64, 3);
  for (const one of [graph, inHalfPrecision(graph)]) {
    const session = await openSession(one, { provider: 'cpu' });
    const { product } = await session.run({ row });
    await session.close();
    expect(product).toEqual({ ...row, data: row.data.map((value) => value * value) });
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
