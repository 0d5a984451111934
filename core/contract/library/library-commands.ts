import { z } from 'zod';
import { Cause, CauseQuery, FindingPage } from '../cause.ts';
import { absolutePath, type CommandShape } from '../command-shape.ts';
import { ModelId } from '../ids.ts';
import { ExecutionDescriptor } from './descriptor.ts';
import { FindingCode } from './finding.ts';
import {
  Classification,
  ListQuery,
  ModelCounts,
  ModelDetails,
  ModelEdit,
  ModelPage,
  Registration,
  RemovalPreview,
  TrashEntry,
  Verdict,
} from './model.ts';
import { ReconcileReport } from './reconcile.ts';
import { ImportItem, Task } from './task.ts';

/** The rows of the command table that the library carries out. */
export const libraryCommands = {
  'models.list': {
    summary: 'Models of the library, one page',
    input: ListQuery,
    output: ModelPage,
    http: { method: 'GET', path: '/models' },
  },
  'models.show': {
    summary: 'The metadata of a model',
    input: z.object({ model_id: ModelId }),
    output: ModelDetails,
    http: { method: 'GET', path: '/models/{model_id}' },
  },
  'models.classify': {
    summary: 'What a path holds, before anything happens to it',
    input: z.object({ path: absolutePath }),
    output: Classification,
    http: { method: 'POST', path: '/classify' },
  },
  'models.register': {
    summary: 'Make a folder a model of the library, in place',
    input: z.object({ path: absolutePath, name: z.string().min(1).max(200).optional() }),
    output: Registration,
    http: { method: 'POST', path: '/models' },
  },
  'models.validate': {
    summary: "Open a model's files and say what is wrong",
    input: z.union([z.object({ model_id: ModelId }), z.object({ path: absolutePath })]),
    output: Verdict,
    http: { method: 'POST', path: '/validate' },
  },
  'models.accept': {
    summary: 'Accept a warning, for that model and that finding',
    input: z.object({ model_id: ModelId, code: FindingCode, path: z.string().optional() }),
    output: ModelDetails,
    http: { method: 'POST', path: '/models/{model_id}/accept' },
  },
  'models.describe': {
    summary: 'The execution descriptor; refused for anything but a valid model',
    input: z.object({ model_id: ModelId }),
    output: ExecutionDescriptor,
    http: { method: 'GET', path: '/models/{model_id}/descriptor' },
  },
  'models.unregister': {
    summary: 'Take a model out of the library; an external folder is never touched',
    input: z.object({ model_id: ModelId }),
    output: z.object({ removed: z.array(z.string()) }),
    http: { method: 'DELETE', path: '/models/{model_id}' },
  },
  'models.counts': {
    summary: 'How many models each value of each filter would leave',
    input: ListQuery,
    output: ModelCounts,
    http: { method: 'GET', path: '/model-counts' },
  },
  'models.causes': {
    summary: 'What is wrong in the library, by cause, the worst first',
    input: z.object({}),
    output: z.object({ causes: z.array(Cause) }),
    http: { method: 'GET', path: '/causes' },
  },
  'models.findings': {
    summary: 'The findings of one cause with their models, one page',
    input: CauseQuery,
    output: FindingPage,
    http: { method: 'GET', path: '/findings' },
  },
  'models.edit': {
    summary: "Change what is the user's own of a model: name, tags, favourite, notes, preview",
    input: ModelEdit.extend({ model_id: ModelId }),
    output: ModelDetails,
    http: { method: 'POST', path: '/models/{model_id}/edit' },
  },
  'models.revoke': {
    summary: 'Take back that a warning was accepted',
    input: z.object({ model_id: ModelId, code: FindingCode, path: z.string().optional() }),
    output: ModelDetails,
    http: { method: 'POST', path: '/models/{model_id}/revoke' },
  },
  'models.relocate': {
    summary: "Say where a model's files are now; refused when they are others, unless forced",
    input: z.object({ model_id: ModelId, path: absolutePath, force: z.boolean().default(false) }),
    output: ModelDetails,
    http: { method: 'POST', path: '/models/{model_id}/relocate' },
  },
  'models.import': {
    summary: 'Bring models in: referenced in place, copied or moved. Answers with the task that does it',
    input: z.object({ items: z.array(ImportItem).min(1).max(10_000) }),
    output: Task,
    http: { method: 'POST', path: '/imports' },
  },
  'models.previewRemoval': {
    summary: 'Exactly what removing a model would take away',
    input: z.object({ model_id: ModelId }),
    output: RemovalPreview,
    http: { method: 'GET', path: '/models/{model_id}/removal' },
  },
  'models.duplicates': {
    summary: 'Models with the same content',
    input: z.object({}),
    output: z.object({
      groups: z.array(
        z.object({
          fingerprint: z.string(),
          verified: z.boolean(),
          model_ids: z.array(ModelId),
          size_bytes: z.number(),
        }),
      ),
    }),
    http: { method: 'GET', path: '/duplicates' },
  },
  'library.reconcile': {
    summary: 'Bring index and disk together, and say what changed and why',
    input: z.object({}),
    output: ReconcileReport,
    http: { method: 'POST', path: '/reconcile' },
  },
  'library.lastReconcile': {
    summary: 'The report of the last reconcile',
    input: z.object({}),
    output: z.object({ report: ReconcileReport.nullable() }),
    http: { method: 'GET', path: '/reconcile' },
  },
  'trash.list': {
    summary: 'What was removed and can be brought back',
    input: z.object({}),
    output: z.object({ entries: z.array(TrashEntry) }),
    http: { method: 'GET', path: '/trash' },
  },
  'trash.restore': {
    summary: 'Bring a removed model back',
    input: z.object({ trash_id: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/) }),
    output: Registration,
    http: { method: 'POST', path: '/trash/{trash_id}/restore' },
  },
  'tasks.show': {
    summary: 'A long act, as it stands',
    input: z.object({ task_id: z.string().max(100) }),
    output: Task,
    http: { method: 'GET', path: '/tasks/{task_id}' },
  },
  'tasks.wait': {
    summary: 'A long act, answered when it has ended or the time is up',
    input: z.object({
      task_id: z.string().max(100),
      timeout_ms: z.coerce.number().int().min(0).max(240_000).default(30_000),
    }),
    output: Task,
    http: { method: 'GET', path: '/tasks/{task_id}/wait' },
  },
  'tasks.leaveOut': {
    summary: 'Leave things out of an import that have not come in yet; the others come in',
    input: z.object({ task_id: z.string().max(100), paths: z.array(z.string().max(32_767)).min(1).max(10_000) }),
    output: Task,
    http: { method: 'POST', path: '/tasks/{task_id}/leave-out' },
  },
  'tasks.cancel': {
    summary: 'Cancel a long act; what it finished stays',
    input: z.object({ task_id: z.string().max(100) }),
    output: Task,
    http: { method: 'POST', path: '/tasks/{task_id}/cancel' },
  },
} as const satisfies Record<string, CommandShape>;
