import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCatalog } from '../../catalog/catalog.ts';
import { temporaryFolder } from '../../formats/fixtures/tiny-bundle.ts';
import { TestLibrary, writeLora } from '../fixtures/test-library.ts';
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

test('an index that is tended has in its file what was in its log alone', async () => {
  await using at = await TestLibrary.open();
  await at.library.register(await writeLora(join(at.path, 'a.safetensors'), 'a'));
  const path = join(at.root, 'models.db');
  const countInFile = async () => {
    const copy = join(at.path, 'copy.db');
    await copyFile(path, copy);
    const copied = openCatalog(copy);
    const count = copied.count();
    copied.close();
    return count;
  };
  expect(await countInFile()).toBe(0);
  const worker = new LibraryWorker(entry);
  const reply = await worker.ask({ kind: 'tend', catalogPath: path }, ({ kind }) => kind);
  await worker.close();
  expect([reply, await countInFile(), at.all().length]).toEqual(['tended', 1, 1]);
});
