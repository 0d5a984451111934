import { z } from 'zod';
import { Failure } from './failure.ts';
import { ModelId } from './ids.ts';

/** How files come in: left where they lie, copied into the library, or moved into it. */
export const ImportMode = z.enum(['reference', 'copy', 'move']);
export type ImportMode = z.infer<typeof ImportMode>;

export const ImportItem = z.object({
  path: z.string().min(1).max(32_767),
  mode: ImportMode.default('reference'),
  name: z.string().min(1).max(200).optional(),
});
export type ImportItem = z.infer<typeof ImportItem>;

export const ImportResult = z.object({
  path: z.string(),
  model_id: ModelId.nullable(),
  status: z.enum(['registered', 'imported', 'already_registered', 'failed', 'canceled']),
  failure: Failure.optional(),
});
export type ImportResult = z.infer<typeof ImportResult>;

/** A long act of the library that a person can watch and cancel. It lives as long as the process; what it finished stays. */
export const Task = z.object({
  task_id: z.string(),
  kind: z.enum(['import']),
  state: z.enum(['running', 'done', 'canceled']),
  item_index: z.int().nonnegative(),
  item_count: z.int().nonnegative(),
  current_path: z.string().nullable(),
  done_bytes: z.number().nonnegative(),
  total_bytes: z.number().nonnegative(),
  results: z.array(ImportResult),
});
export type Task = z.infer<typeof Task>;
