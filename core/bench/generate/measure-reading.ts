import { readWeights } from './read-weights.ts';

// Prints the seconds that a folder's halves take to be read once from the page cache and cast to floats. In a process of its own, as a load is:
// memory that a process has just given back is had again at a tenth of the time.
const [folder = ''] = process.argv.slice(2);
await readWeights(folder, () => undefined);
const start = performance.now();
let floats = new Float32Array();
await readWeights(folder, (block, at, size) => {
  if (at === 0) floats = new Float32Array(size / 2);
  floats.set(new Float16Array(block.buffer, block.byteOffset, block.byteLength >> 1), at >> 1);
});
process.stdout.write(`${(performance.now() - start) / 1000}\n`);
