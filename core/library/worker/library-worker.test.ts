import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../formats/fixtures/tiny-bundle.ts';
import { writeLora } from '../fixtures/test-library.ts';
import { LibraryWorker } from './library-worker.ts';
import type { WorkerReply } from './messages.ts';

const entry = join(import.meta.dirname, 'entry.ts');
const hashed = (reply: WorkerReply) => (reply.kind === 'hashed' ? reply : undefined);

test('a thread that was closed between two requests refuses the second instead of never answering', async () => {
  await using folder = await temporaryFolder();
  const path = await writeLora(join(folder.path, 'a.safetensors'), 'a');
  const request = { kind: 'hash', path, isSafetensors: true } as const;
  const worker = new LibraryWorker(entry);
  expect(await worker.ask(request, hashed)).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  await worker.close();
  await expect(worker.ask(request, hashed)).rejects.toThrow('ended');
});

test('a thread that is closed in the middle of a request refuses it', async () => {
  await using folder = await temporaryFolder();
  const path = await writeLora(join(folder.path, 'a.safetensors'), 'a');
  const worker = new LibraryWorker(entry);
  worker.pause(true);
  const asked = worker.ask({ kind: 'hash', path, isSafetensors: true }, hashed);
  const refused = expect(asked).rejects.toThrow('ended');
  await worker.close();
  await refused;
});
