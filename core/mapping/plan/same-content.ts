import { open } from 'node:fs/promises';

const sampleBytes = 64 * 1024;

/**
 * Whether two files hold the same, as far as their sizes and three samples of each tell: beginning, middle and end. Reading gigabytes to be
 * certain would take longer than anybody waits for a preview; nothing is removed on the strength of it.
 */
export async function isSameContent(pathA: string, pathB: string): Promise<boolean> {
  await using a = await open(pathA, 'r');
  await using b = await open(pathB, 'r');
  const [statsA, statsB] = [await a.stat({ bigint: true }), await b.stat({ bigint: true })];
  if (statsA.dev === statsB.dev && statsA.ino === statsB.ino) return true;
  if (statsA.size !== statsB.size || !statsB.isFile()) return false;
  const size = Number(statsA.size);
  const [sampleA, sampleB] = [Buffer.alloc(sampleBytes), Buffer.alloc(sampleBytes)];
  for (const at of new Set([0, Math.floor(size / 2), Math.max(0, size - sampleBytes)])) {
    const readA = await a.read(sampleA, 0, sampleBytes, at);
    const readB = await b.read(sampleB, 0, sampleBytes, at);
    if (readA.bytesRead !== readB.bytesRead) return false;
    if (sampleA.compare(sampleB, 0, readB.bytesRead, 0, readA.bytesRead) !== 0) return false;
  }
  return true;
}
