import { z } from 'zod';

/** One row of the command table. */
export interface CommandShape {
  readonly summary: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  /** Where the command stands at the HTTP door, below `/api/v1`. `{name}` takes the input's field; the rest is the query of a GET, or the body. */
  readonly http: { readonly method: 'GET' | 'POST' | 'DELETE'; readonly path: string };
}

export const absolutePath = z.string().min(1).max(32_767);
