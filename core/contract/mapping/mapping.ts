import { z } from 'zod';
import { ModelId } from '../ids.ts';

/** How a model comes to stand in another app's folder. `config`: by an entry in a file that the app reads, where no link can be made. Never a copy. */
export const LinkKind = z.enum(['symlink', 'junction', 'hardlink', 'config']);
export type LinkKind = z.infer<typeof LinkKind>;

/**
 * What a plan does about a model. `create`: a link is made. `keep`: ours is there already, and whole. `conflict`: something that isn't ours is
 * there, and stays. `broken`: a link of ours leads nowhere; it is made anew, or taken away where its model is gone. `exclude`: not mapped.
 */
export const MappingActionKind = z.enum(['create', 'keep', 'conflict', 'broken', 'exclude']);
export type MappingActionKind = z.infer<typeof MappingActionKind>;

export const MappingReason = z.enum([
  // create, keep
  'new',
  'other_name',
  'in_place',
  // conflict
  'same_content',
  'other_content',
  'folder_there',
  'foreign_link',
  'link_on_the_way',
  'file_on_the_way',
  'unreadable_folder',
  'case_clash',
  'stale_hardlink',
  'config_unreadable',
  'config_name_taken',
  // broken
  'source_moved',
  'model_gone',
  // exclude
  'external_reference',
  'not_valid',
  'no_place',
  'file_kind',
  'unsafe_name',
  'no_link_possible',
]);
export type MappingReason = z.infer<typeof MappingReason>;

/** One line of a plan. */
export const MappingAction = z.object({
  action: MappingActionKind,
  model_id: ModelId,
  source: z.string().describe("The model's file or folder, absolute"),
  target: z
    .string()
    .nullable()
    .describe('Where the app finds it, absolute; the config file for a `config` link; null for what is excluded'),
  other_target: z
    .string()
    .nullable()
    .describe('Of a conflict: where it could stand under another name, if a preview is told so; nothing is replaced'),
  link: LinkKind.nullable(),
  size_bytes: z.number().nonnegative(),
  reason: z.string().describe('One sentence'),
  reason_code: MappingReason,
});
export type MappingAction = z.infer<typeof MappingAction>;

const count = z.int().nonnegative();

export const MappingSummary = z.object({
  create: count,
  keep: count,
  conflict: count,
  broken: count,
  exclude: count,
  size_bytes: z.number().nonnegative().describe('Of the models that get a link: what copies of them would take'),
  other_names: count.describe('Conflicts that another name would end'),
  links: z.partialRecord(LinkKind, count).describe('Links to be made or made anew, by kind'),
  reasons: z.partialRecord(MappingReason, count).describe('How many actions have which reason'),
});
export type MappingSummary = z.infer<typeof MappingSummary>;

/** A folder of the app that the plan looks at: how it is, and how it will be. */
export const MappingFolder = z.object({
  path: z.string().describe("Below the app's folder, with forward slashes"),
  is_new: z.boolean().describe('It is not there yet, and is made'),
  before_count: count.describe('Entries in it now'),
  after_count: count,
  create: count,
  keep: count,
  conflict: count,
  broken: count,
});
export type MappingFolder = z.infer<typeof MappingFolder>;

/** What there is at a name. `vitrine_link`: a link that we made, or an entry of ours in a config. */
export const MappingEntryKind = z.enum(['file', 'folder', 'link', 'vitrine_link', 'broken_vitrine_link']);
export type MappingEntryKind = z.infer<typeof MappingEntryKind>;

/** A name in a folder of the app before and after the plan is carried out; null where there is nothing. */
export const MappingFolderEntry = z.object({
  name: z.string(),
  before: MappingEntryKind.nullable(),
  after: MappingEntryKind.nullable(),
  action: MappingActionKind.nullable().describe('Null for what the plan does not concern'),
  model_id: ModelId.nullable(),
  size_bytes: z.number().nonnegative().nullable().describe('Of the model; null for what is not one of ours'),
});
export type MappingFolderEntry = z.infer<typeof MappingFolderEntry>;

/** Which models get another name where something that isn't ours has theirs: all, or those. */
export const OtherNamesWanted = z.union([z.literal('all'), z.array(ModelId).max(100_000)]);
export type OtherNamesWanted = z.infer<typeof OtherNamesWanted>;

/** What mapping the library into one app's folder would do. `actions` is its first page; `mappings.plan` gives the others. */
export const MappingPlan = z.object({
  plan_id: z.string(),
  app: z.string(),
  label: z.string(),
  root: z.string().describe("The app's folder, links resolved"),
  created_at: z.string(),
  repair_only: z.boolean(),
  other_names: OtherNamesWanted,
  evidence: z.array(z.string()).describe('Why the folder is taken for one of that app; empty when nothing says so'),
  note: z.string().nullable().describe('What to do in the app afterwards, where links alone are not enough'),
  summary: MappingSummary,
  folders: z.array(MappingFolder),
  actions: z.array(MappingAction),
  next_cursor: z.string().nullable(),
});
export type MappingPlan = z.infer<typeof MappingPlan>;

/** An app whose folders we know. */
export const MappingApp = z.object({
  app: z.string(),
  label: z.string(),
  is_own: z.boolean().describe("From a rule file of the user's"),
  rule_path: z.string(),
  note: z.string().nullable(),
  config_path: z
    .string()
    .nullable()
    .describe("The file of the app's own that can take the place of links, below its folder"),
  places: z.array(
    z.object({
      model_type: z.string(),
      bundle_format: z.string(),
      extensions: z.array(z.string()),
      path: z.string().describe("Below the app's folder"),
    }),
  ),
});
export type MappingApp = z.infer<typeof MappingApp>;

/** A folder that looks like an installed app. */
export const MappingInstall = z.object({
  app: z.string(),
  label: z.string(),
  root: z.string(),
  evidence: z.array(z.string()).describe('Names found in it that only this app has'),
});
export type MappingInstall = z.infer<typeof MappingInstall>;

/** One plan carried out, as the ledger has it. `interrupted`: the program ended meanwhile; what was made is known. */
export const MappingApply = z.object({
  apply_id: z.string(),
  app: z.string(),
  label: z.string(),
  root: z.string(),
  applied_at: z.string(),
  state: z.enum(['running', 'done', 'canceled', 'interrupted', 'undone']),
  made: count.describe('Links that it made'),
  failed: count,
  standing: count.describe('Links of it that were not taken back'),
  size_bytes: z.number().nonnegative().describe('Of the models whose links stand'),
});
export type MappingApply = z.infer<typeof MappingApply>;

/** One link of an apply. `left`: an undo found it changed since, and did not touch it. */
export const MappingEntry = z.object({
  apply_id: z.string(),
  action: MappingActionKind,
  model_id: ModelId,
  source: z.string(),
  target: z.string(),
  link: LinkKind,
  size_bytes: z.number().nonnegative(),
  state: z.enum(['planned', 'standing', 'failed', 'skipped', 'undone', 'left']),
  reason: z.string(),
});
export type MappingEntry = z.infer<typeof MappingEntry>;

/** A link of ours that does not lead to its model. */
export const MappingFault = z.object({
  apply_id: z.string(),
  app: z.string(),
  label: z.string(),
  root: z.string(),
  model_id: ModelId,
  source: z.string(),
  target: z.string(),
  link: LinkKind,
  fault: z.enum(['target_gone', 'link_gone', 'link_replaced', 'stale_hardlink', 'unreachable']),
  message: z.string(),
  remedy: z
    .enum(['relink', 'none'])
    .describe('`relink`: a preview of that app with `repair_only`, then its apply, mends it'),
});
export type MappingFault = z.infer<typeof MappingFault>;

/** A link of ours to a model, and how it is now. */
export const MappingLink = MappingFault.extend({
  fault: MappingFault.shape.fault.nullable().describe('Null where it leads to its model'),
  message: z.string().describe('Empty where it leads to its model'),
});
export type MappingLink = z.infer<typeof MappingLink>;
