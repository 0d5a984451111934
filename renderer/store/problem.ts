import { Failed, type Failure, failures } from '../../core/contract/failure.ts';
import { Unreachable } from '../client/client.ts';

/** What went wrong with something that was asked: a failure of the core, or that it did not answer. */
export interface Problem {
  readonly code: string;
  /** The core's own sentence, in English. */
  readonly message: string | null;
  readonly details?: Failure['details'];
}

/** What went wrong, as data for the screen. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Failed) return error.failure;
  if (error instanceof Unreachable) return { code: 'unreachable', message: null };
  // A bug: the window says so instead of standing still, and the console has the rest.
  console.error(error);
  return { code: 'internal', message: failures.internal.sentence };
}
