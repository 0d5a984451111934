import { expect, test } from 'vitest';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { openSession } from '../onnx/session.ts';
import { madeUpWeights } from '../providers/probe.ts';
import { type ActivationName, activate } from './layers.ts';

/** Values of torch 1.13's functions of those names. */
test.each<{ name: ActivationName; values: readonly number[] }>([
  { name: 'silu', values: [-0.002682801, -0.2736383, -0.1094559, 0, 0.509384, 2.857723] },
  { name: 'swish', values: [-0.002682801, -0.2736383, -0.1094559, 0, 0.509384, 2.857723] },
  { name: 'mish', values: [-0.002683251, -0.2980998, -0.129927, 0, 0.6100184, 2.986535] },
  { name: 'gelu', values: [0, -0.1002109, -0.1003234, 0, 0.5800295, 2.99595] },
  { name: 'relu', values: [0, 0, 0, 0, 0.75, 3] },
])('$name is the function that torch has by that name', async ({ name, values }) => {
  const graph = new GraphBuilder('activation');
  const writer = {
    graph,
    weights: madeUpWeights,
    attention: 'plain',
    convolution: 'direct',
    scaling: 'apart',
  } as const;
  graph.output('out', activate(writer, name, graph.input('in', ['count'])), ['count']);
  const session = await openSession(graph.finish(), { provider: 'cpu' });
  const { out } = await session.run({ in: { data: Float32Array.from([-8, -1.5, -0.25, 0, 0.75, 3]), dims: [6] } });
  await session.close();
  for (const [at, value] of values.entries()) expect(out?.data[at]).toBeCloseTo(value, 5);
});
