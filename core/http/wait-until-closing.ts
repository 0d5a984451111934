import type { Commands } from '../contract/command.ts';
import { Failed } from '../contract/failure.ts';

type Wait = Commands['jobs.wait'];

/** Waits for a job as the core does, but fails as `closing` when the server is about to end: its caller is answered before the line is cut. */
export function waitUntilClosing(wait: Wait, closing: AbortSignal): Wait {
  return async (input) => {
    const cut = Promise.withResolvers<never>();
    const tell = () => cut.reject(new Failed('closing', { id: input.job_id }));
    closing.addEventListener('abort', tell);
    if (closing.aborted) tell();
    try {
      return await Promise.race([wait(input), cut.promise]);
    } finally {
      closing.removeEventListener('abort', tell);
    }
  };
}
