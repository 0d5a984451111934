import { z } from 'zod';
import { Finding, FindingCode } from './library/finding.ts';
import { ModelSummary } from './library/model.ts';

/** A finding with the model that has it. */
export const ModelFinding = z.object({ model: ModelSummary, finding: Finding });
export type ModelFinding = z.infer<typeof ModelFinding>;

/** One thing that is wrong in the library, and with how many models. Findings that were accepted are no cause. */
export const Cause = z.object({
  code: FindingCode,
  severity: Finding.shape.severity,
  drive: z.string().nullable().describe('The name of the drive that is away; null for all else'),
  model_count: z.int().positive(),
  finding_count: z.int().positive(),
  examples: z.array(ModelFinding).describe('The first few'),
});
export type Cause = z.infer<typeof Cause>;

/** Findings of one cause, a page at a time, in an order that stays. */
export const CauseQuery = z.object({
  code: FindingCode,
  drive: z.string().max(32_767).optional().describe('For `volume_offline`: one drive'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  offset: z.coerce.number().int().min(0).max(10_000_000).default(0),
});
export type CauseQuery = z.infer<typeof CauseQuery>;

/** `total` counts all findings of the cause, not this page. */
export const FindingPage = z.object({ findings: z.array(ModelFinding), total: z.int().nonnegative() });
export type FindingPage = z.infer<typeof FindingPage>;
