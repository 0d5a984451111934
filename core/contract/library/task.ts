import { z } from 'zod';
import { Failure } from '../failure.ts';
import { ModelId } from '../ids.ts';

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

/** What a mapping task is about; what became of each link is in its apply (`mappings.entries`). */
const TaskMapping = z.object({
  app: z.string(),
  root: z.string(),
  apply_ids: z.array(z.string()).describe('The apply that is made, or those that are taken back'),
  done: z.int().nonnegative().describe('Links made, or taken back'),
  failed: z.int().nonnegative(),
  left: z.int().nonnegative().describe('Links that were changed since, and are left as they are'),
});

/** A long act that a person can watch and cancel. It lives as long as the process; what it finished stays. `results` is of imports. */
export const Task = z.object({
  task_id: z.string(),
  kind: z.enum(['import', 'mapping_apply', 'mapping_undo']),
  state: z.enum(['running', 'done', 'canceled']),
  item_index: z.int().nonnegative(),
  item_count: z.int().nonnegative(),
  current_path: z.string().nullable(),
  done_bytes: z.number().nonnegative(),
  total_bytes: z.number().nonnegative(),
  results: z.array(ImportResult),
  mapping: TaskMapping.optional(),
  failure: Failure.optional().describe('Why it ended early, where that was not asked for'),
});
export type Task = z.infer<typeof Task>;
