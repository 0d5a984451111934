import { availableParallelism } from 'node:os';
import type { RunnerReply } from '../contract/generate/runner.ts';
import { createRequestServer } from './request-server.ts';

// The process that holds onnxruntime and the models' memory. Everything heavy is imported when first asked for:
// `ready` must come within the start timeout even from a cold disk.
const send = (reply: RunnerReply): void => {
  process.send?.(reply);
};

const answer = createRequestServer({
  send,
  openPipeline: async (descriptor, provider) => {
    const { openPipeline } = await import('../diffusion/pipeline.ts');
    const pipeline = await openPipeline(descriptor, provider);
    return {
      run: (plan, onEvent, isCanceled, isSkipped) => pipeline.run(plan, onEvent, isCanceled, undefined, isSkipped),
      close: () => pipeline.close(),
    };
  },
  probe: async (fresh) => {
    const { probeProviders } = await import('../diffusion/providers/choose-provider.ts');
    return probeProviders(fresh);
  },
  memoryBytes: () => process.memoryUsage.rss(),
  log: (line) => {
    process.stderr.write(`${line}\n`);
  },
});

process.on('message', (message) => {
  void answer(message);
});
// The parent is gone, or wants the memory back: nobody is left to make pictures for.
process.on('disconnect', () => process.exit(0));

send({ kind: 'ready', threads: availableParallelism() });

// Who starts this process wants a picture next. What fails here does so again, and is told, when it is needed.
Promise.all([import('../diffusion/pipeline.ts'), import('../diffusion/onnx/session.ts')])
  .then(([, { startRuntime }]) => startRuntime())
  .catch(() => undefined);
