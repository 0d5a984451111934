import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { memoryEnvironment } from '../../runner/memory-environment.ts';
import type { NetworkTask, NetworkTimes, OpenedNetworks } from './measure-networks.ts';

/** Networks in a process of their own, for its peak of memory; with the runner's environment. */
export interface MeasuredNetworks extends OpenedNetworks {
  run(kind: 'step' | 'decode', sizePx: number, count: number): Promise<NetworkTimes>;
  /** The rate of a plain product there, as `productRate` has it. The process is over then. */
  end(): Promise<number>;
}

export async function openMeasuredNetworks(bundle: string, provider: string): Promise<MeasuredNetworks> {
  const script = fileURLToPath(new URL('measure-networks.ts', import.meta.url));
  const child = fork(script, [bundle, provider], { env: { ...memoryEnvironment, ...process.env } });
  const opened = await answerOf<OpenedNetworks>(child);
  const ask = <Answer>(task: NetworkTask): Promise<Answer> => {
    child.send(task);
    return answerOf<Answer>(child);
  };
  return {
    ...opened,
    run: (kind, sizePx, count) => ask<NetworkTimes>({ kind, sizePx, count }),
    end: async () => {
      const rate = await ask<number>({ kind: 'end' });
      if (child.exitCode === null) await once(child, 'exit');
      return rate;
    },
  };
}

function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the measured process ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (answer) => {
      child.off('exit', ended);
      resolve(answer as Answer);
    });
  });
}
