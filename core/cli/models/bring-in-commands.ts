import { Command, Option } from 'commander';
import { ImportMode, type ImportResult } from '../../contract/library/task.ts';
import { type ContextOf, withCore } from '../context.ts';
import { formatBytes, formatFindings } from '../format.ts';
import { followImport } from './follow-import.ts';

/** The commands that look at files and make them models. */
export function bringInCommands(contextOf: ContextOf): Command[] {
  return [classifyCommand(contextOf), registerCommand(contextOf), importCommand(contextOf)];
}

function classifyCommand(contextOf: ContextOf): Command {
  return new Command('classify')
    .description('what a path holds, before anything happens to it')
    .argument('<path>')
    .action(async (target: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const found = await withCore(context, (core) => core.call('models.classify', { path: context.absolute(target) }));
      const candidates = found.candidates.flatMap((candidate) => {
        const what = candidate.pipeline_class ?? candidate.model_type;
        const known = candidate.already_registered_as;
        return [
          `${candidate.path}: ${what}, ${candidate.family}, ${formatBytes(candidate.size_bytes)}, ${candidate.validation_state}`,
          ...(known === null ? [] : [`  in the library already: ${known}`]),
          ...candidate.duplicates.map((id) => `  the same as ${id}`),
          ...(candidate.validation_errors.length === 0 ? [] : [formatFindings(candidate.validation_errors)]),
        ];
      });
      const reasons = found.reasons.map((reason) => `  ${reason}`);
      const skipped = found.skipped.map(({ path, reason }) => `${path}: skipped, ${reason}`);
      context.answer(found, [found.kind, ...reasons, ...candidates, ...skipped].join('\n'));
    });
}

function registerCommand(contextOf: ContextOf): Command {
  return new Command('register')
    .description('make a diffusers folder or a file of weights a model of the library, in place')
    .argument('<path>')
    .option('--name <name>', 'a name of your own, else as its files suggest')
    .action(async (path: string, { name }: { name?: string }, command: Command) => {
      const context = contextOf(command);
      const input = { path: context.absolute(path), ...(name !== undefined && { name }) };
      const result = await withCore(context, (core) => core.call('models.register', input));
      const said = result.status === 'registered' ? 'Registered' : 'Already registered';
      context.answer(result, `${said} as ${result.model_id}`);
    });
}

interface ImportOptions {
  readonly mode: ImportMode;
  readonly name?: string;
}

function importCommand(contextOf: ContextOf): Command {
  return new Command('import')
    .description('bring models into the library: used in place, copied, or moved')
    .argument('<path...>')
    .addOption(
      new Option('--mode <mode>', 'copy and move bring the files into the library folder; reference leaves them')
        .choices(ImportMode.options)
        .default('reference'),
    )
    .option('--name <name>', 'a name of your own, where there is one path')
    .action(async (paths: string[], { mode, name }: ImportOptions, command: Command) => {
      if (name !== undefined && paths.length > 1) command.error('error: --name goes with one path only');
      const context = contextOf(command);
      const items = paths.map((path) => ({
        path: context.absolute(path),
        mode,
        ...(name !== undefined && { name }),
      }));
      const task = await withCore(context, (core) => followImport(core, items, context.io));
      const isIn = ({ status }: ImportResult) => status !== 'failed' && status !== 'canceled';
      if (task.state === 'canceled' || !task.results.some(isIn)) context.endAsFailed();
      context.answer({ results: task.results }, task.results.map(resultLine).join('\n'));
    });
}

const said = {
  registered: 'registered',
  imported: 'imported',
  already_registered: 'already registered',
  failed: 'failed',
  canceled: 'canceled',
} as const satisfies Record<ImportResult['status'], string>;

function resultLine({ path, status, model_id, failure }: ImportResult): string {
  if (failure !== undefined) return `${path}: ${failure.message} [${failure.code}]`;
  return `${path}: ${said[status]}${model_id === null ? '' : ` as ${model_id}`}`;
}
