import { Failed, failures } from '../../core/contract/failure.ts';
import { Unreachable } from '../client/client.ts';

/** What went wrong with something that was asked: the core's own sentence, or that it did not answer. */
export interface Problem {
  readonly code: string;
  readonly message: string | null;
}

/** What went wrong, as data for the screen. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Failed) return { code: error.failure.code, message: error.failure.message };
  if (error instanceof Unreachable) return { code: 'unreachable', message: null };
  // A bug: the window says so instead of standing still, and the console has the rest.
  console.error(error);
  return { code: 'internal', message: failures.internal.sentence };
}
