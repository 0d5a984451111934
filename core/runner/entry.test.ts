import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';

const entry = fileURLToPath(new URL('./entry.ts', import.meta.url));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function start(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [entry], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  children.push(child);
  const [ready] = await once(child, 'message');
  expect(ready).toEqual({ kind: 'ready', threads: expect.any(Number) });
  return child;
}

it('the runner process says that it is ready, and ends when its parent is gone', async () => {
  const child = await start();
  const ended = once(child, 'exit');
  child.disconnect();
  expect(await ended).toEqual([0, null]);
});

it('the runner process leaves alone what is no request, and says so on standard error', async () => {
  const child = await start();
  let stderr = '';
  child.stderr?.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  child.send({ kind: 'run', id: 1, plan: 'nothing' });
  while (!stderr.includes('no request')) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(child.exitCode).toBeNull();
});
