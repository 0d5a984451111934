import { z } from 'zod';
import { absolutePath, type CommandShape } from '../command-shape.ts';
import { ModelId } from '../ids.ts';
import { Task } from '../library/task.ts';
import {
  MappingAction,
  MappingActionKind,
  MappingApp,
  MappingApply,
  MappingEntry,
  MappingFault,
  MappingFolderEntry,
  MappingInstall,
  MappingLink,
  MappingPlan,
  OtherNamesWanted,
} from './mapping.ts';

const app = z.string().min(1).max(100).describe("The app's id, or its name");
const id = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/);
const page = {
  limit: z.coerce.number().int().min(1).max(2000).default(200),
  cursor: z.string().max(200).optional(),
};

/** The rows of the command table about links in other apps' folders. */
export const mappingCommands = {
  'mappings.apps': {
    summary: "Apps whose folders are known, those of the user's own rule files too",
    input: z.object({}),
    output: z.object({
      apps: z.array(MappingApp),
      own_rules_path: z.string().describe('Where rule files of your own go'),
      problems: z.array(z.object({ path: z.string(), reason: z.string() })).describe('Rule files that are of no use'),
    }),
    http: { method: 'GET', path: '/mappings/apps' },
  },
  'mappings.detect': {
    summary: 'Apps installed in a folder or a little below it, with what they were known by',
    input: z.object({ path: absolutePath }),
    output: z.object({ installs: z.array(MappingInstall) }),
    http: { method: 'POST', path: '/mappings/detect' },
  },
  'mappings.preview': {
    summary: "What mapping the library into an app's folder would do; nothing is changed",
    input: z.object({
      app,
      root: absolutePath,
      repair_only: z.boolean().default(false).describe('Only mend links of ours that are broken; make no others'),
      other_names: OtherNamesWanted.default([]).describe(
        'Conflicts that get the name in `other_target` instead: all of them, or those of these models',
      ),
      limit: page.limit,
    }),
    output: MappingPlan,
    http: { method: 'POST', path: '/mappings/plans' },
  },
  'mappings.plan': {
    summary: 'The actions of a plan, page by page',
    input: z.object({ plan_id: id, action: MappingActionKind.optional(), ...page }),
    output: z.object({
      actions: z.array(MappingAction),
      total: z.int().nonnegative(),
      next_cursor: z.string().nullable(),
    }),
    http: { method: 'GET', path: '/mappings/plans/{plan_id}' },
  },
  'mappings.folder': {
    summary: 'What a folder of the app holds before and after a plan, page by page',
    input: z.object({ plan_id: id, path: z.string().max(4096).describe('As the plan names it'), ...page }),
    output: z.object({
      entries: z.array(MappingFolderEntry),
      total: z.int().nonnegative(),
      next_cursor: z.string().nullable(),
    }),
    http: { method: 'GET', path: '/mappings/plans/{plan_id}/folder' },
  },
  'mappings.apply': {
    summary:
      'Carry out exactly that plan; refused with a new plan when disk or library changed since. Answers with the task that does it',
    input: z.object({ plan_id: id }),
    output: Task,
    http: { method: 'POST', path: '/mappings/plans/{plan_id}/apply' },
  },
  'mappings.undo': {
    summary: 'Take back one apply, or all of an app. Answers with the task that does it',
    input: z.union([z.object({ apply_id: id }), z.object({ app, root: absolutePath })]),
    output: Task,
    http: { method: 'POST', path: '/mappings/undo' },
  },
  'mappings.ledger': {
    summary: 'The applies that were made, the newest first, and what of them stands',
    input: z.object({}),
    output: z.object({ applies: z.array(MappingApply) }),
    http: { method: 'GET', path: '/mappings/applies' },
  },
  'mappings.entries': {
    summary: 'The links of an apply and what became of each, page by page',
    input: z.object({ apply_id: id, state: MappingEntry.shape.state.optional(), ...page }),
    output: z.object({
      entries: z.array(MappingEntry),
      total: z.int().nonnegative(),
      next_cursor: z.string().nullable(),
    }),
    http: { method: 'GET', path: '/mappings/applies/{apply_id}/entries' },
  },
  'mappings.links': {
    summary: 'The links that we made to one model, and whether each still leads to it',
    input: z.object({ model_id: ModelId }),
    output: z.object({ links: z.array(MappingLink) }),
    http: { method: 'GET', path: '/mappings/links' },
  },
  'mappings.check': {
    summary: 'Whether the links that we made still lead to their models',
    input: z.object({}),
    output: z.object({
      checked: z.int().nonnegative(),
      sound: z.int().nonnegative(),
      faults: z.array(MappingFault).describe('At most 1000'),
      fault_count: z.int().nonnegative(),
    }),
    http: { method: 'POST', path: '/mappings/check' },
  },
} as const satisfies Record<string, CommandShape>;
