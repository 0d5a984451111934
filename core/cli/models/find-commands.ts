import { Command, Option } from 'commander';
import { type CheckedInput, checkInput } from '../../contract/command.ts';
import { ValidationState } from '../../contract/library/finding.ts';
import { ModelType, StorageKind } from '../../contract/library/metadata.ts';
import { ListQuery } from '../../contract/library/model.ts';
import { type ContextOf, withCore } from '../context.ts';
import { formatBytes, formatTable } from '../format.ts';
import { wholeNumber } from '../whole-number.ts';
import { describeMetadata, modelId } from './model-answer.ts';

/** The commands that find a model and tell of it. */
export function findCommands(contextOf: ContextOf): Command[] {
  return [listCommand(contextOf), showCommand(contextOf), describeCommand(contextOf), duplicatesCommand(contextOf)];
}

function listCommand(contextOf: ContextOf): Command {
  return new Command('list')
    .description('the models of the library')
    .option('--query <text>', 'words of the name, id, family, tags, notes or trigger words')
    .addOption(new Option('--type <type>').choices(ModelType.options))
    .option('--family <family>', 'stable-diffusion-1, say')
    .addOption(new Option('--state <state>').choices(ValidationState.options))
    .addOption(new Option('--storage <kind>', 'who owns the files').choices(StorageKind.options))
    .option('--tag <tag>', 'models that you gave this tag')
    .option('--favourite', 'only your favourites')
    .addOption(new Option('--sort <order>').choices(ListQuery.shape.sort.unwrap().options).default('newest'))
    .option('--limit <count>', 'models a page', wholeNumber, 100)
    .option('--cursor <cursor>', 'the next page, as the page before said')
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const { query, type, family, state, storage, tag, favourite, sort, limit, cursor } =
        command.opts<Partial<CheckedInput<'models.list'>>>();
      const filters = { query, type, family, state, storage, tag, favourite };
      const input = checkInput('models.list', { ...filters, sort, limit, cursor });
      const page = await withCore(context, (core) => core.call('models.list', input));
      const rows = page.models.map((model) => [
        model.model_id,
        model.is_offline ? 'offline' : model.validation_state,
        model.family,
        model.precision,
        formatBytes(model.size_bytes),
      ]);
      const table = formatTable([['ID', 'STATE', 'FAMILY', 'PRECISION', 'SIZE'], ...rows]);
      const count = `${page.models.length} of ${page.total}`;
      const next = page.next_cursor === null ? '' : `; next page: --cursor ${page.next_cursor}`;
      context.answer(page, rows.length === 0 ? 'No models.' : `${table}\n${count}${next}`);
    });
}

function showCommand(contextOf: ContextOf): Command {
  return new Command('show')
    .description('the metadata of a model')
    .argument('<id>')
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const metadata = await withCore(context, (core) => core.call('models.show', { model_id: modelId(id) }));
      context.answer(metadata, describeMetadata(metadata));
    });
}

function describeCommand(contextOf: ContextOf): Command {
  return new Command('describe')
    .description('the execution descriptor of a model: all that a runner is told')
    .argument('<id>')
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const descriptor = await withCore(context, (core) => core.call('models.describe', { model_id: modelId(id) }));
      context.answer(descriptor, JSON.stringify(descriptor, null, 2));
    });
}

function duplicatesCommand(contextOf: ContextOf): Command {
  return new Command('duplicates')
    .description('models with the same content')
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const found = await withCore(context, (core) => core.call('models.duplicates', {}));
      const groups = found.groups.map(({ model_ids, size_bytes, verified }) => {
        const certainty = verified ? 'the same content' : 'the same headers; their content is not hashed yet';
        return [`${formatBytes(size_bytes)} each, ${certainty}`, ...model_ids.map((id) => `  ${id}`)].join('\n');
      });
      context.answer(found, groups.length === 0 ? 'No duplicates.' : groups.join('\n'));
    });
}
