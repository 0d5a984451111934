import { createHash } from 'node:crypto';
import { ReadFault, readExactly, withRegularFile } from '../read-bounded.ts';

const sampleBytes = 4096;
const places = [0.25, 0.5, 0.75, 1] as const;

/**
 * sha256, hexadecimal, of a few small pieces of a file past its header. Fine-tunes of one network have the same header and the same size to
 * the byte, so that these alone would take one for the other. Empty when the file can't be read: what is wrong with it is said elsewhere.
 */
export async function payloadSampleDigest(path: string, headerBytes: number): Promise<string> {
  try {
    return await withRegularFile(path, async (handle, sizeBytes) => {
      const hash = createHash('sha256');
      const payloadBytes = Math.max(0, sizeBytes - headerBytes);
      const lengthBytes = Math.min(sampleBytes, payloadBytes);
      for (const place of places) {
        const offsetBytes = headerBytes + Math.floor((payloadBytes - lengthBytes) * place);
        hash.update(await readExactly(handle, offsetBytes, lengthBytes));
      }
      return hash.digest('hex');
    });
  } catch (error) {
    if (error instanceof ReadFault) return '';
    throw error;
  }
}
