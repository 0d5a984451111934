import { Failed } from '../../../contract/failure.ts';
import type { Imaging } from '../imaging.ts';
import { type ImagingReply, ImagingRequest } from './messages.ts';

/** Answers the parent process until it is gone, or wants the memory back. */
export function serveImaging(imaging: Imaging): void {
  process.on('message', (message) => {
    const { id, act, args } = ImagingRequest.parse(message);
    // The parent's own types have checked them.
    const work = imaging[act] as (...args: readonly unknown[]) => Promise<unknown>;
    void answer(id, () => work(...args));
  });
  process.on('disconnect', () => process.exit(0));
}

async function answer(id: number, work: () => Promise<unknown>): Promise<void> {
  const send = (reply: ImagingReply): void => {
    process.send?.(reply);
  };
  try {
    send({ kind: 'done', id, value: await work() });
  } catch (error) {
    if (error instanceof Failed) send({ kind: 'failed', id, failure: error.failure });
    else send({ kind: 'threw', id, message: error instanceof Error ? error.message : String(error) });
  }
}
