import { expect, test } from 'vitest';
import { Failed } from '../../contract/failure.ts';
import { type Part, unetWorkBytes, vaeWorkBytes, weightsBytesOf } from './memory-need.ts';
import { type MemoryUse, roomFor } from './room.ts';

const gib = 2 ** 30;
const shape = { width: 512, height: 512, rows: 2 };

/** A machine of 16 GiB, and a model whose parts take 1, 4 and 1 GiB of weights and 1 GiB each to work. */
function machine(loaded: readonly Part[], totalBytes = 16 * gib) {
  const here = new Set(loaded);
  const released: Part[] = [];
  const weights: Partial<Record<Part, number>> = { text: gib, noise: 4 * gib, decode: gib };
  const memory: MemoryUse = {
    weightsBytes: (part) => weights[part] ?? 0,
    workBytes: () => gib,
    isLoaded: (part) => here.has(part),
    release: async (part) => {
      here.delete(part);
      released.push(part);
    },
  };
  const availableBytes = () => totalBytes - [...here].reduce((sum, part) => sum + (weights[part] ?? 0), 0);
  return { room: roomFor(memory, availableBytes), released };
}

test('a model whose largest part fits is let begin, whatever else is loaded', () => {
  const parts: readonly Part[] = ['text', 'noise', 'decode'];
  expect(() => machine([], 5 * gib).room.check(parts, shape)).not.toThrow();
  expect(() => machine(['text', 'decode'], 5 * gib).room.check(parts, shape)).not.toThrow();
});

test('one that does not fit is refused with the numbers', () => {
  try {
    machine([], 4 * gib).room.check(['text', 'noise'], shape);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(Failed);
    expect(error).toMatchObject({
      failure: {
        code: 'oom',
        message: expect.stringMatching(
          /the UNet needs about 5\.0 GiB \(4\.0 GiB for its weights in float32, 1\.0 GiB to work on 512x512 px\), but 4\.0 GiB of [\d.]+ GiB are free/,
        ),
        details: { needed_bytes: 5 * gib, available_bytes: 4 * gib },
      },
    });
  }
});

test.each<[Part, readonly Part[], number, readonly Part[]]>([
  ['noise', ['text'], 16, []],
  ['noise', ['text', 'decode'], 5, ['text', 'decode']],
  ['decode', ['text', 'noise'], 6, ['text']],
  ['decode', ['noise'], 4, ['noise']],
  ['noise', ['noise', 'text'], 6, []],
])('to run the %s beside %j in %i GiB, it lets go of %j', async (part, loaded, total, expected) => {
  const { room, released } = machine(loaded, total * gib);
  await room.make(part, shape);
  expect(released).toEqual(expected);
});

test.each<[Part, readonly Part[], readonly Part[]]>([
  ['text', ['text', 'noise'], ['text']],
  ['text', ['noise'], []],
  // Holds nothing to speak of.
  ['encode', ['encode'], []],
])('of %s, done with beside %j, %j is let go', async (part, loaded, expected) => {
  const { room, released } = machine(loaded);
  await room.leave(part);
  expect(released).toEqual(expected);
});

test('networks whose memory is not the machine’s are never refused', async () => {
  const room = roomFor(null, () => 0);
  expect(() => room.check(['noise'], shape)).not.toThrow();
  await room.make('noise', shape);
  await room.leave('text');
});

test('the estimates are near what was measured', () => {
  const inGib = (bytes: number) => bytes / gib;
  expect(inGib(vaeWorkBytes([128, 256, 512, 512], 512 * 512))).toBeCloseTo(1, 0);
  expect(inGib(vaeWorkBytes([128, 256, 512, 512], 1024 * 1024))).toBeCloseTo(3.5, 0);
  const unet = { widths: [320], pixelsPerLatent: 8, firstAttention: { heads: 8, depth: 0 } };
  expect(inGib(unetWorkBytes({ ...unet, attention: 'plain' }, shape))).toBeCloseTo(2.6, 0);
  expect(inGib(unetWorkBytes({ ...unet, attention: 'fused' }, shape))).toBeLessThan(0.5);
  const tensors = [
    { dtype: 'F16', shape: [1024, 1024] },
    { dtype: 'I64', shape: [77] },
  ];
  expect(weightsBytesOf(tensors) / 2 ** 22).toBeCloseTo(1.25, 5);
});
