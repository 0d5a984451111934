import type { z } from 'zod';
import { Failed } from './failure.ts';

/** The failure for input that its schema refused: names the first wrong field, lists them all in its details. */
export function invalidInput(error: z.ZodError): Failed {
  const issues = error.issues.map((issue) => ({ field: issue.path.join('.') || 'input', reason: issue.message }));
  const [first = { field: 'input', reason: 'not understood' }] = issues;
  return new Failed('invalid_input', { ...first, issues });
}
