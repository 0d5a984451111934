import { z } from 'zod';
import { Failed } from '../../../contract/failure.ts';
import { Pixels } from '../../../contract/generate/runner.ts';
import type { Imaging } from '../imaging.ts';
import { ChildEnded, ImagingChild, type ImagingChildOptions } from './imaging-child.ts';
import type { ActName } from './messages.ts';

/** `Imaging`, done in a child process. */
export interface ImagingProcess extends Imaging {
  /** Starts the process ahead of what it will be asked. */
  warmUp(): void;
  close(): Promise<void>;
}

export interface ImagingProcessOptions extends ImagingChildOptions {
  /** How long it is kept without work. */
  readonly idleMs?: number;
}

const defaultIdleMs = 120_000;

const Bytes = z.instanceof(Uint8Array);
const Size = z.object({ width: z.int(), height: z.int() });
const Texts = z.record(z.string(), z.string());
const Info = z.object({
  infotext: z.string(),
  items: Texts,
  prompt: z.string(),
  negativePrompt: z.string(),
  parameters: Texts,
});
const EnlargedFile = z.object({ png: Bytes, told: z.string() });

/**
 * libvips in the process of Electron's main crashes on some desktops, for it brings a glib of its own (lovell/sharp#4351), and a hostile
 * picture that ends a decoder should end nothing else: so sharp is only ever loaded by a child of a real Node executable. It starts when first
 * asked, ends when nobody asks for a while, and ends with us. What a crash took along is tried once more, one picture at a time, so that only
 * the picture that caused it fails: with `imaging_failed`, which names it.
 */
export function createImagingProcess({ idleMs = defaultIdleMs, ...options }: ImagingProcessOptions): ImagingProcess {
  let child: ImagingChild | null = null;
  let idleTimer: NodeJS.Timeout | null = null;
  let isClosed = false;
  let secondTries: Promise<unknown> = Promise.resolve();

  const started = (): ImagingChild => {
    if (child !== null) return child;
    const own: ImagingChild = new ImagingChild(options, () => {
      if (child === own) child = null;
    });
    child = own;
    return own;
  };
  const stop = async (): Promise<void> => {
    if (idleTimer) clearTimeout(idleTimer);
    const ending = child;
    child = null;
    await ending?.stop();
  };
  const rest = (): void => {
    if (idleTimer) clearTimeout(idleTimer);
    if (child?.isIdle) idleTimer = setTimeout(() => void stop(), idleMs).unref();
  };
  const once = async (act: ActName, args: readonly unknown[]): Promise<unknown> => {
    if (isClosed) throw new Failed('imaging_failed', { picture: pictureIn(args), reason: 'Vitrine is closing' });
    if (idleTimer) clearTimeout(idleTimer);
    try {
      return await started().ask(act, args);
    } finally {
      rest();
    }
  };
  const again = (act: ActName, args: readonly unknown[]): Promise<unknown> => {
    const work = secondTries.then(() => once(act, args));
    secondTries = work.catch(() => undefined);
    return work;
  };
  const ask = async <Value>(act: ActName, args: readonly unknown[], schema: z.ZodType<Value>): Promise<Value> => {
    try {
      return schema.parse(await once(act, args));
    } catch (error) {
      if (!(error instanceof ChildEnded)) throw error;
      options.log(`ended at a picture of ${pictureIn(args)} (${act}): ${error.message}`);
    }
    try {
      return schema.parse(await again(act, args));
    } catch (error) {
      if (!(error instanceof ChildEnded)) throw error;
      const details = { picture: pictureIn(args), reason: error.message };
      throw new Failed('imaging_failed', details, { cause: error });
    }
  };

  return {
    checkInit: (...args) => ask('checkInit', args, Size),
    initPixels: (...args) => ask('initPixels', args, Pixels),
    resize: (...args) => ask('resize', args, Pixels),
    blur: (...args) => ask('blur', args, Bytes),
    encode: (...args) => ask('encode', args, Bytes),
    encodeFile: (...args) => ask('encodeFile', args, Bytes),
    readInfo: (...args) => ask('readInfo', args, Info.nullable()),
    enlarge: (...args) => ask('enlarge', args, z.union([EnlargedFile, z.literal('too_large'), z.null()])),
    drawGrid: (...args) => ask('drawGrid', args, Bytes),
    drawPreview: (...args) => ask('drawPreview', args, z.string()),
    drawModelPreview: (...args) => ask('drawModelPreview', args, Bytes),
    warmUp: () => {
      if (isClosed) return;
      started();
      rest();
    },
    close: async () => {
      isClosed = true;
      await stop();
    },
  };
}

/** What tells the picture of a call from others: it has no name here. */
function pictureIn([first]: readonly unknown[]): string {
  const files = [first].flat().filter((file) => file instanceof Uint8Array);
  if (files.length > 0) return `${files.reduce((sum, { byteLength }) => sum + byteLength, 0)} bytes`;
  const { width, height } = Size.parse(first);
  return `${width}x${height} px`;
}
