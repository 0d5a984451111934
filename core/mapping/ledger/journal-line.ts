import { z } from 'zod';
import { ModelId } from '../../contract/ids.ts';
import { LinkKind } from '../../contract/mapping/mapping.ts';

export const journalSchemaVersion = 1;

/** A link of an earlier apply that one takes the place of, with all that it takes to make it again. */
const OldLink = z.object({
  apply_id: z.string(),
  index: z.int().nonnegative(),
  link: LinkKind,
  source: z.string(),
  identity: z.string().nullable(),
  is_there: z.boolean().describe('Else somebody took it away before, and it is not made again'),
});
export type OldLink = z.infer<typeof OldLink>;

const index = z.int().nonnegative();

/**
 * The lines of an apply's journal, in the order in which they come: what is meant, what was done, what was taken back. The lines up to `begin`
 * are on the disk before anything is changed.
 */
export const JournalLine = z.discriminatedUnion('line', [
  z.object({
    line: z.literal('apply'),
    schema_version: z.literal(journalSchemaVersion),
    apply_id: z.string(),
    plan_id: z.string(),
    app: z.string(),
    label: z.string(),
    root: z.string(),
    library: z.string(),
    at: z.iso.datetime(),
  }),
  /** A link to be made, or one of ours to be taken away where `source` is null. `path` is below the root. */
  z.object({
    line: z.literal('link'),
    i: index,
    path: z.string(),
    link: LinkKind,
    source: z.string().nullable(),
    model_id: ModelId,
    size_bytes: z.number().nonnegative(),
    old: OldLink.nullable(),
  }),
  z.object({ line: z.literal('folder'), i: index, path: z.string() }),
  z.object({ line: z.literal('begin') }),
  /** Before an act of two steps. */
  z.object({ line: z.literal('doing'), i: index }),
  z.object({ line: z.literal('done'), i: index, identity: z.string().nullable() }),
  /** `restored`: the identity of the older link that was made again, null where that failed too; left out where none was taken away. */
  z.object({
    line: z.literal('failed'),
    i: index,
    reason: z.string(),
    restored: z.string().nullable().optional(),
  }),
  z.object({ line: z.literal('end'), state: z.enum(['done', 'canceled', 'interrupted']) }),
  z.object({ line: z.literal('undo'), at: z.iso.datetime() }),
  z.object({ line: z.literal('undoing'), i: index }),
  /** `restored`: the identity of the older link that was made again. */
  z.object({ line: z.literal('undone'), i: index, restored: z.string().nullable() }),
  /** `stands`: it is still our link, and could not be taken away. */
  z.object({ line: z.literal('left'), i: index, reason: z.string(), stands: z.boolean() }),
  z.object({ line: z.literal('undo_end') }),
]);
export type JournalLine = z.infer<typeof JournalLine>;
export type JournalHead = Extract<JournalLine, { line: 'apply' }>;
export type JournalItem = Extract<JournalLine, { line: 'link' | 'folder' }>;
export type LinkItem = Extract<JournalItem, { line: 'link' }>;
export type FolderItem = Extract<JournalItem, { line: 'folder' }>;
