import { GraphBuilder } from '../../diffusion/onnx/graph-builder.ts';
import { openSession } from '../../diffusion/onnx/session.ts';
import { noiseOf } from './noise-of.ts';

/** Floating point operations a second of a plain product of 1024 x 1024 matrices, the best of ten: what steps can be held against on any machine. */
export async function productRate(provider: string): Promise<number> {
  const size = 1024;
  const graph = new GraphBuilder('product');
  const [left, right] = [graph.input('left', [size, size]), graph.input('right', [size, size])];
  graph.output('product', graph.node('MatMul', [left, right]), [size, size]);
  const session = await openSession(graph.finish(), { provider });
  const feeds = { left: noiseOf([size, size]), right: noiseOf([size, size]) };
  let bestMs = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 10; turn++) {
    const start = performance.now();
    await session.run(feeds);
    bestMs = Math.min(bestMs, performance.now() - start);
  }
  await session.close();
  return (2 * size ** 3) / (bestMs / 1000);
}
