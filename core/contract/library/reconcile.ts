import { z } from 'zod';
import { ModelId } from '../ids.ts';
import { Finding } from './finding.ts';

const ModelChange = z.object({ model_id: ModelId, reason: z.string() });
const PathChange = z.object({ path: z.string(), reason: z.string() });

/** What reconciling disk and index changed, and why. Run twice, the second changes nothing. Lists hold the first 1000; counts are whole. */
export const ReconcileReport = z.object({
  added: z.int().nonnegative().describe('Records on disk that the index did not have'),
  updated: z.int().nonnegative().describe('Records or healths that differ from what was known'),
  removed: z.int().nonnegative().describe('Index rows whose record is gone from disk'),
  adopted: z.int().nonnegative().describe('Payloads under models/ that had no record'),
  partial: z.int().nonnegative().describe('Downloads and copies that are not finished: left alone'),
  unchanged: z.int().nonnegative(),
  findings: z.array(z.object({ model_id: ModelId, findings: z.array(Finding) })),
  changes: z.object({
    added: z.array(ModelChange),
    updated: z.array(ModelChange),
    removed: z.array(ModelChange),
    adopted: z.array(ModelChange),
    partial: z.array(PathChange),
  }),
  started_at: z.string(),
  finished_at: z.string(),
});
export type ReconcileReport = z.infer<typeof ReconcileReport>;
