import { Command } from 'commander';
import type { Connection } from '../../connect.ts';
import { checkInput } from '../../contract/command.ts';
import { Failed } from '../../contract/failure.ts';
import type { ModelId } from '../../contract/ids.ts';
import type { RemovalPreview } from '../../contract/library/model.ts';
import { type CliContext, type ContextOf, withCore } from '../context.ts';
import { formatBytes, formatTable } from '../format.ts';
import { modelId } from './model-answer.ts';

/** The commands that take models out of the library, and bring them back. */
export function removeCommands(contextOf: ContextOf): Command[] {
  return [unregisterCommand(contextOf), deleteCommand(contextOf), trashCommand(contextOf)];
}

function unregisterCommand(contextOf: ContextOf): Command {
  return new Command('unregister')
    .description('take a model that is used in place out of the library; its files are never touched')
    .argument('<id>')
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const model_id = modelId(id);
      const result = await withCore(context, async (core) => {
        const { storage_kind } = await core.call('models.show', { model_id });
        if (storage_kind === 'library_owned') throw ownedFailure(id);
        return core.call('models.unregister', { model_id });
      });
      context.answer(result, removedLines(result.removed));
    });
}

/** An external folder is never touched by it. A payload of the library's own goes to its trash, and only when that was meant. */
function deleteCommand(contextOf: ContextOf): Command {
  return new Command('delete')
    .description('as unregister, also for a model whose files the library owns: they go to its trash')
    .argument('<id>')
    .option('--yes', 'without asking')
    .action(async (id: string, { yes }: { yes?: boolean }, command: Command) => {
      const context = contextOf(command);
      const model_id = modelId(id);
      const result = await withCore(context, async (core) => {
        if (yes !== true) await confirmRemoval(core, model_id, context);
        return core.call('models.unregister', { model_id });
      });
      context.answer(result, removedLines(result.removed));
    });
}

/** Shows what would go and asks, where somebody is there to answer. Throws `conflict` where it isn't meant or can't be known. */
async function confirmRemoval(core: Connection, id: ModelId, { io, options }: CliContext): Promise<void> {
  const preview = await core.call('models.previewRemoval', { model_id: id });
  if (!io.isTerminal || options.json === true) {
    if (preview.storage_kind === 'library_owned') throw ownedFailure(id);
    return;
  }
  io.err(`${describePreview(preview)}\n`);
  const answer = await io.ask('Go on? [y/N] ');
  if (!/^y(es)?$/i.test(answer?.trim() ?? '')) throw new Failed('conflict', { reason: 'Nothing was removed.' });
}

function ownedFailure(id: string): Failed {
  return new Failed('conflict', {
    reason: `The library owns the files of "${id}". To move them to the library's trash: delete ${id} --yes`,
  });
}

function describePreview({ removed, kept, links }: RemovalPreview): string {
  return [
    ...removed.map(({ path, size_bytes }) => `goes to the trash  ${path} (${formatBytes(size_bytes)})`),
    ...kept.map((path) => `stays              ${path}`),
    ...links.map((path) => `link in an app     ${path}`),
  ].join('\n');
}

function removedLines(paths: readonly string[]): string {
  return paths.map((path) => `Removed ${path}`).join('\n');
}

function trashCommand(contextOf: ContextOf): Command {
  return new Command('trash')
    .description('what was removed and can be brought back')
    .addCommand(trashListCommand(contextOf))
    .addCommand(trashRestoreCommand(contextOf));
}

function trashListCommand(contextOf: ContextOf): Command {
  return new Command('list')
    .description('what is in the trash, and until when')
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const trash = await withCore(context, (core) => core.call('trash.list', {}));
      const rows = trash.entries.map(({ trash_id, model_id, size_bytes, expires_at }) => [
        trash_id,
        model_id,
        formatBytes(size_bytes),
        expires_at.slice(0, 10),
      ]);
      const table = formatTable([['TRASH ID', 'MODEL', 'SIZE', 'KEPT UNTIL'], ...rows]);
      context.answer(trash, rows.length === 0 ? 'The trash is empty.' : table);
    });
}

function trashRestoreCommand(contextOf: ContextOf): Command {
  return new Command('restore')
    .description('bring a removed model back')
    .argument('<trash-id>', 'as "trash list" names it')
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const input = checkInput('trash.restore', { trash_id: id });
      const result = await withCore(context, (core) => core.call('trash.restore', input));
      context.answer(result, `Restored as ${result.model_id}`);
    });
}
