import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../contract/failure.ts';
import { GenerateRequest } from '../../contract/generate/generate.ts';
import { sharpImaging } from '../imaging/sharp-imaging.ts';
import { keepInitPicture, readInitPicture } from './input-pictures.ts';

const red = sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } });
const refusalOf = async (work: Promise<unknown>) =>
  failureOf(
    await work.then(
      () => expect.unreachable(),
      (error: unknown) => error,
    ),
  );

describe('a request’s init picture', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vitrine-inputs-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is kept once, and named by its content', async () => {
    const base64 = (await red.png().toBuffer()).toString('base64');
    const kept = await keepInitPicture(GenerateRequest.parse({ init_image: base64 }), folder, sharpImaging);
    expect(kept.init_image).toMatch(/^sha256:[0-9a-f]{64}$/);
    const again = await keepInitPicture(
      GenerateRequest.parse({ init_image: `data:image/png;base64,${base64}` }),
      folder,
      sharpImaging,
    );
    expect(again).toEqual(kept);
    expect(await keepInitPicture(kept, folder, sharpImaging)).toEqual(kept);
    expect(await readdir(folder)).toHaveLength(1);
    expect(Buffer.from(await readInitPicture(kept.init_image ?? '', folder)).toString('base64')).toBe(base64);
  });

  it('that is none leaves nothing behind', async () => {
    const request = GenerateRequest.parse({ init_image: 'bm8gcGljdHVyZQ==' });
    expect(await refusalOf(keepInitPicture(request, folder, sharpImaging))).toMatchObject({ code: 'invalid_input' });
    const unknown = GenerateRequest.parse({ init_image: `sha256:${'0'.repeat(64)}` });
    expect(await refusalOf(keepInitPicture(unknown, folder, sharpImaging))).toMatchObject({ code: 'not_found' });
    expect(await readdir(folder)).toEqual([]);
  });
});
