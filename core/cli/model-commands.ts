import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { Command, Option } from 'commander';
import { type CheckedInput, checkInput } from '../contract/command.ts';
import { Failed } from '../contract/failure.ts';
import { ValidationState } from '../contract/finding.ts';
import { ModelId } from '../contract/ids.ts';
import { type Metadata, ModelType } from '../contract/metadata.ts';
import type { Connection } from '../instance.ts';
import { type ContextOf, withCore } from './context.ts';
import { formatBytes, formatCount, formatFacts, formatFindings, formatTable } from './format.ts';
import { wholeNumber } from './whole-number.ts';

/** The commands about models. */
export function modelCommands(contextOf: ContextOf): Command[] {
  return [
    registerCommand(contextOf),
    listCommand(contextOf),
    showCommand(contextOf),
    validateCommand(contextOf),
    acceptCommand(contextOf),
    describeCommand(contextOf),
    classifyCommand(contextOf),
    removeCommand(contextOf, 'unregister'),
    removeCommand(contextOf, 'delete'),
  ];
}

function registerCommand(contextOf: ContextOf): Command {
  return new Command('register')
    .description('make a diffusers folder a model of the library, in place')
    .argument('<folder>')
    .option('--name <name>', "a name of your own, else the folder's")
    .action(async (folder: string, { name }: { name?: string }, command: Command) => {
      const context = contextOf(command);
      const input = { path: context.absolute(folder), ...(name !== undefined && { name }) };
      const result = await withCore(context, (core) => core.call('models.register', input));
      const said = result.status === 'registered' ? 'Registered' : 'Already registered';
      context.answer(result, `${said} as ${result.model_id}`);
    });
}

function listCommand(contextOf: ContextOf): Command {
  return new Command('list')
    .description('the models of the library')
    .option('--query <text>', 'words of the name, family, path or tags')
    .addOption(new Option('--type <type>').choices(ModelType.options))
    .addOption(new Option('--state <state>').choices(ValidationState.options))
    .option('--limit <count>', 'models a page', wholeNumber, 100)
    .option('--cursor <cursor>', 'the next page, as the page before said')
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const { query, type, state, limit, cursor } = command.opts<Partial<CheckedInput<'models.list'>>>();
      const input = checkInput('models.list', { query, type, state, limit, cursor });
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

function validateCommand(contextOf: ContextOf): Command {
  return new Command('validate')
    .description("open a model's files, or those of any folder, and say what is wrong")
    .argument('<id-or-path>')
    .action(async (target: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const path = context.absolute(target);
      const verdict = await withCore(context, (core) => validateTarget(core, target, path));
      const findings = formatFindings(verdict.validation_errors);
      context.answer(verdict, findings === '' ? verdict.validation_state : `${verdict.validation_state}\n${findings}`);
    });
}

/** An id and a relative path can look alike: a model of that id goes first. */
async function validateTarget(core: Connection, target: string, path: string) {
  const id = ModelId.safeParse(target);
  if (!id.success || isAbsolute(target) || /^[.~]/.test(target)) return core.call('models.validate', { path });
  try {
    return await core.call('models.validate', { model_id: id.data });
  } catch (error) {
    const isUnknown = error instanceof Failed && error.failure.code === 'not_found';
    if (isUnknown && existsSync(path)) return core.call('models.validate', { path });
    throw error;
  }
}

function acceptCommand(contextOf: ContextOf): Command {
  return new Command('accept')
    .description('accept a warning of a model, as "validate" names it')
    .argument('<id>')
    .argument('<code>')
    .argument('[path]', 'where one code stands for several files')
    .action(async (id: string, code: string, path: string | undefined, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const input = checkInput('models.accept', { model_id: modelId(id), code, path });
      const metadata = await withCore(context, (core) => core.call('models.accept', input));
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

function classifyCommand(contextOf: ContextOf): Command {
  return new Command('classify')
    .description('what a path holds, before anything happens to it')
    .argument('<path>')
    .action(async (target: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const found = await withCore(context, (core) => core.call('models.classify', { path: context.absolute(target) }));
      const candidates = found.candidates.map((candidate) =>
        [
          `${candidate.path}: ${candidate.pipeline_class ?? candidate.model_type}, ${candidate.family}, ${formatBytes(candidate.size_bytes)}, ${candidate.validation_state}`,
          formatFindings(candidate.validation_errors),
        ]
          .filter(Boolean)
          .join('\n'),
      );
      context.answer(
        found,
        [`${found.kind}`, ...found.reasons.map((reason) => `  ${reason}`), ...candidates].join('\n'),
      );
    });
}

/** An external folder is never touched by either. A payload of the library's own goes to its trash, and only when that was meant. */
function removeCommand(contextOf: ContextOf, name: 'unregister' | 'delete'): Command {
  const command = new Command(name)
    .description(
      name === 'unregister'
        ? 'take a model out of the library; an external folder is never touched'
        : 'as unregister, also for a model whose files the library owns: they go to its trash',
    )
    .argument('<id>');
  if (name === 'delete') command.option('--yes', 'also where the library owns the files');
  return command.action(async (id: string, { yes }: { yes?: boolean }) => {
    const context = contextOf(command);
    const model_id = modelId(id);
    const result = await withCore(context, async (core) => {
      const { storage_kind } = await core.call('models.show', { model_id });
      if (storage_kind === 'library_owned' && yes !== true) {
        throw new Failed('conflict', {
          reason: `The library owns the files of "${id}". To move them to the library's trash: delete ${id} --yes`,
        });
      }
      return core.call('models.unregister', { model_id });
    });
    context.answer(result, result.removed.map((path) => `Removed ${path}`).join('\n'));
  });
}

function describeMetadata(model: Metadata): string {
  const facts = formatFacts({
    id: model.model_id,
    name: model.name,
    family: model.family,
    pipeline: model.pipeline_class,
    files: `${model.file_count} files, ${formatBytes(model.size_bytes)}, ${model.precision}`,
    parameters: formatCount(model.parameter_count),
    path: model.entry_path,
    owner: model.storage_kind === 'library_owned' ? 'the library' : 'you (used in place)',
    health: model.validation_state,
  });
  return [facts, formatFindings(model.validation_errors)].filter(Boolean).join('\n');
}

function modelId(id: string): ModelId {
  return checkInput('models.show', { model_id: id }).model_id;
}
