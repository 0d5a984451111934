import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Each block of the folder's weights, read into the same memory. */
export async function readWeights(
  folder: string,
  use: (block: Buffer, at: number, size: number) => void,
): Promise<void> {
  const block = Buffer.alloc(2 ** 26);
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.safetensors')) continue;
    const { size } = await stat(join(folder, name));
    await using file = await open(join(folder, name));
    for (let done = 0; done < size; ) {
      const { bytesRead } = await file.read(block, 0, block.length, done);
      use(block.subarray(0, bytesRead), done, size);
      done += bytesRead;
    }
  }
}
