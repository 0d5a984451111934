import { z } from 'zod';
import { ModelId } from '../../contract/ids.ts';
import { Finding } from '../../contract/library/finding.ts';

/** What of the disk is surveyed. */
export const SurveyTask = z.object({
  modelsPath: z.string(),
  settledBeforeMs: z.number().describe('What changed later may still be being written'),
  silentMounts: z.array(z.string()).describe('Mount points of drives that do not answer: nothing is asked of them'),
  slowMounts: z.array(z.string()).describe('Those and others that may stop to answer: no file of theirs is opened'),
});
export type SurveyTask = z.infer<typeof SurveyTask>;

/** To a worker thread: one survey, one index to tend, or one file to hash, at a time. */
export const WorkerRequest = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('survey'), catalogPath: z.string(), ...SurveyTask.shape }),
  z.object({ kind: z.literal('tend'), catalogPath: z.string() }),
  z.object({ kind: z.literal('hash'), path: z.string(), isSafetensors: z.boolean() }),
]);
export type WorkerRequest = z.infer<typeof WorkerRequest>;

/** What reconciling has to do about one model or one path, and why, in a clause. */
export const ReconcileStep = z.discriminatedUnion('act', [
  z.object({ act: z.literal('add'), id: ModelId, reason: z.string() }),
  z.object({ act: z.literal('check'), id: ModelId, reason: z.string() }),
  z.object({ act: z.literal('remove'), id: ModelId, reason: z.string() }),
  z.object({ act: z.literal('adopt'), path: z.string(), isFolder: z.boolean(), reason: z.string() }),
  z.object({ act: z.literal('leave'), path: z.string(), reason: z.string() }),
]);
export type ReconcileStep = z.infer<typeof ReconcileStep>;

/** What a survey has found so far: models that are as the index has them, though their stamps are others. */
export const SurveyProgress = z.object({
  compared: z.int().describe('Models of the index that were compared with the disk by now'),
  confirmed: z.array(z.object({ id: ModelId, indexed: z.string(), stamp: z.string() })),
  findings: z.array(z.object({ model_id: ModelId, findings: z.array(Finding) })),
});
export type SurveyProgress = z.infer<typeof SurveyProgress>;

export const WorkerReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('surveying'), ...SurveyProgress.shape }),
  z.object({ kind: z.literal('steps'), steps: z.array(ReconcileStep) }),
  z.object({ kind: z.literal('surveyed'), unchanged: z.int() }),
  z.object({ kind: z.literal('tended') }),
  z.object({
    kind: z.literal('hashed'),
    sha256: z.string(),
    payloadSha256: z.string().nullable(),
    sizeBytes: z.number(),
    mtimeMs: z.number(),
  }),
  z.object({ kind: z.literal('failed'), reason: z.string() }),
]);
export type WorkerReply = z.infer<typeof WorkerReply>;

/** The word that the two threads share while a file is hashed. */
export const hashControl = { run: 0, pause: 1, stop: 2 } as const;
