import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { Command } from 'commander';
import type { Connection } from '../../connect.ts';
import { checkInput } from '../../contract/command.ts';
import { Failed } from '../../contract/failure.ts';
import { ModelId } from '../../contract/ids.ts';
import type { ModelEdit } from '../../contract/library/model.ts';
import type { ReconcileReport } from '../../contract/library/reconcile.ts';
import { type ContextOf, withCore } from '../context.ts';
import { formatFindings } from '../format.ts';
import { describeMetadata, modelId } from './model-answer.ts';

/** The commands that keep models and their records true. */
export function careCommands(contextOf: ContextOf): Command[] {
  return [
    validateCommand(contextOf),
    findingCommand(contextOf, 'accept'),
    findingCommand(contextOf, 'revoke'),
    editCommand(contextOf),
    relocateCommand(contextOf),
    reconcileCommand(contextOf),
  ];
}

function validateCommand(contextOf: ContextOf): Command {
  return new Command('validate')
    .description("open a model's files, or those at any path, and say what is wrong")
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

function findingCommand(contextOf: ContextOf, name: 'accept' | 'revoke'): Command {
  return new Command(name)
    .description(
      name === 'accept'
        ? 'accept a warning of a model, as "validate" names it'
        : 'take back that a warning was accepted',
    )
    .argument('<id>')
    .argument('<code>')
    .argument('[path]', 'where one code stands for several files')
    .action(async (id: string, code: string, path: string | undefined, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const input = checkInput(`models.${name}`, { model_id: modelId(id), code, path });
      const metadata = await withCore(context, (core) => core.call(`models.${name}`, input));
      context.answer(metadata, describeMetadata(metadata));
    });
}

interface EditOptions {
  readonly name?: string;
  /** False where all shall go. */
  readonly tag?: readonly string[] | false;
  readonly note?: string;
  readonly favourite?: boolean;
  /** False where it shall go. */
  readonly preview?: string | false;
}

function editCommand(contextOf: ContextOf): Command {
  return new Command('edit')
    .description('change what is your own of a model; what is not named stays')
    .argument('<id>')
    .option('--name <name>', 'its name; its id stays')
    .option('--tag <tag>', 'a tag; give it several times for several. They replace those it has', also)
    .option('--no-tag', 'take all tags away')
    .option('--note <text>', 'your notes; an empty text takes them away')
    .option('--favourite', 'a favourite')
    .option('--no-favourite', 'no favourite')
    .option('--preview <picture>', 'a picture, which is copied into the library')
    .option('--no-preview', 'take the picture away')
    .action(async (id: string, options: EditOptions, command: Command) => {
      const context = contextOf(command);
      const edit = editOf(options, context.absolute);
      if (Object.keys(edit).length === 0) command.error('error: nothing to change (add --help for the options)');
      const input = checkInput('models.edit', { model_id: modelId(id), ...edit });
      const metadata = await withCore(context, (core) => core.call('models.edit', input));
      context.answer(metadata, describeMetadata(metadata));
    });
}

function editOf({ name, tag, note, favourite, preview }: EditOptions, absolute: (path: string) => string): ModelEdit {
  return {
    ...(name !== undefined && { name }),
    ...(tag !== undefined && { tags: tag === false ? [] : [...tag] }),
    ...(note !== undefined && { notes: note }),
    ...(favourite !== undefined && { favourite }),
    ...(preview !== undefined && { preview: preview === false ? null : absolute(preview) }),
  };
}

function also(tag: string, before: readonly string[] | false | undefined): readonly string[] {
  return [...(before || []), tag];
}

function relocateCommand(contextOf: ContextOf): Command {
  return new Command('relocate')
    .description("say where a model's files are now")
    .argument('<id>')
    .argument('<path>')
    .option('--force', 'also where they are others than those it was registered with')
    .action(async (id: string, path: string, { force }: { force?: boolean }, command: Command) => {
      const context = contextOf(command);
      const input = { model_id: modelId(id), path: context.absolute(path), force: force === true };
      const metadata = await withCore(context, (core) => core.call('models.relocate', input));
      context.answer(metadata, describeMetadata(metadata));
    });
}

function reconcileCommand(contextOf: ContextOf): Command {
  return new Command('reconcile')
    .description('bring index and disk together, and say what changed and why')
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      // A start that did it already would leave nothing to tell of.
      const report = await withCore(context, (core) => core.call('library.reconcile', {}), {
        reconcilesAtStart: false,
      });
      context.answer(report, describeReport(report));
    });
}

const kinds = ['added', 'updated', 'removed', 'adopted', 'partial'] as const;

function describeReport(report: ReconcileReport): string {
  const changes = kinds.flatMap((kind) =>
    report.changes[kind].map((change) => {
      const what = 'model_id' in change ? change.model_id : change.path;
      return `${kind === 'partial' ? 'left alone' : kind} ${what}: ${change.reason}`;
    }),
  );
  const findings = report.findings.map(({ model_id, findings: found }) => `${model_id}\n${formatFindings(found)}`);
  const counts = [...kinds, 'unchanged' as const].map((kind) => `${report[kind]} ${kind}`).join(', ');
  return [...changes, ...findings, counts].join('\n');
}
