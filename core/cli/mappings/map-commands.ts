import { basename } from 'node:path';
import { Command } from 'commander';
import type { Connection } from '../../connect.ts';
import { Failed } from '../../contract/failure.ts';
import { ModelId } from '../../contract/ids.ts';
import type {
  MappingAction,
  MappingEntry,
  MappingFault,
  MappingPlan,
  MappingSummary,
} from '../../contract/mapping/mapping.ts';
import { type CliContext, type ContextOf, withCore } from '../context.ts';
import { formatBytes, formatTable } from '../format.ts';
import { allActions, allEntries, followTask } from './follow-mapping.ts';

/** `map`: links to the library's models in other apps' folders. */
export function mapCommand(contextOf: ContextOf): Command {
  return new Command('map')
    .description("links to the library's models in other apps' folders")
    .addCommand(appsCommand(contextOf))
    .addCommand(detectCommand(contextOf))
    .addCommand(previewCommand(contextOf))
    .addCommand(applyCommand(contextOf))
    .addCommand(undoCommand(contextOf))
    .addCommand(ledgerCommand(contextOf))
    .addCommand(linksCommand(contextOf))
    .addCommand(checkCommand(contextOf));
}

interface RootOptions {
  readonly root: string;
  readonly yes?: boolean;
  readonly repair?: boolean;
  readonly otherNames?: boolean;
  readonly otherName?: readonly string[];
}

function onApp(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument('<app>', 'comfyui, say: "map apps" names them')
    .requiredOption('--root <folder>', "the app's folder");
}

/** What may be wanted of a plan. */
function planning(command: Command): Command {
  return command
    .option('--repair', 'only what mends broken links')
    .option('--other-names', "link under another name where something has a model's own")
    .option('--other-name <model...>', 'the same for these models only');
}

/** Throws `invalid_input` for what can't be the id of a model. */
function modelIdOf(id: string): ModelId {
  const read = ModelId.safeParse(id);
  if (!read.success) throw new Failed('invalid_input', { field: 'model', reason: `"${id}" is not the id of a model.` });
  return read.data;
}

function previewCommand(contextOf: ContextOf): Command {
  return planning(onApp('preview', 'what would be linked; nothing is changed')).action(
    async (app: string, options: RootOptions, command: Command) => {
      const context = contextOf(command);
      const { plan, actions } = await withCore(context, (core) =>
        preview(core, app, context.absolute(options.root), options),
      );
      context.answer(documentOf(plan, actions), planLines(plan, actions));
    },
  );
}

function applyCommand(contextOf: ContextOf): Command {
  return planning(onApp('apply', 'preview, then make the links of that preview; asks first where somebody watches'))
    .option('--yes', 'without asking')
    .action(async (app: string, options: RootOptions, command: Command) => {
      const context = contextOf(command);
      const { plan, actions, entries, isCanceled } = await withCore(context, async (core) => {
        const previewed = await preview(core, app, context.absolute(options.root), options);
        if (options.yes !== true) await confirm(previewed, context);
        const task = await followTask(
          core,
          await core.call('mappings.apply', { plan_id: previewed.plan.plan_id }),
          context.io,
        );
        const [applyId = ''] = task.mapping?.apply_ids ?? [];
        return { ...previewed, entries: await allEntries(core, applyId), isCanceled: task.state === 'canceled' };
      });
      const outcomes = new Map(entries.map((entry) => [entry.target, entry]));
      const done = actions.map((action) => {
        const entry = outcomes.get(action.target ?? '');
        return entry === undefined ? action : { ...action, ...outcomeOf(entry) };
      });
      const failed = entries.filter(({ state }) => state === 'failed').length;
      const made = entries.filter(({ state }) => state === 'standing').length;
      if (isCanceled || (failed > 0 && made === 0)) context.endAsFailed();
      const summary = { ...plan.summary, done: made, failed };
      const failures = entries.flatMap(({ state, target, reason }) =>
        state === 'failed' ? [`failed  ${target}: ${reason}`] : [],
      );
      context.answer(
        { app: plan.app, root: plan.root, actions: done, summary },
        [...failures, `${made} made, ${failed} failed.`, ...(plan.note === null ? [] : [plan.note])].join('\n'),
      );
    });
}

function undoCommand(contextOf: ContextOf): Command {
  return onApp('undo', 'take back all links that were made in the folder, or those of one apply')
    .option('--apply <id>', 'only that one, as "map ledger" names it')
    .action(async (app: string, { root, apply }: RootOptions & { apply?: string }, command: Command) => {
      const context = contextOf(command);
      const where = context.absolute(root);
      const { task, entries } = await withCore(context, async (core) => {
        const which = apply === undefined ? { app, root: where } : { apply_id: apply };
        const ended = await followTask(core, await core.call('mappings.undo', which), context.io);
        const of = await Promise.all((ended.mapping?.apply_ids ?? []).map((id) => allEntries(core, id)));
        return {
          task: ended,
          entries: of.flat().filter(({ state }) => state === 'undone' || state === 'left' || state === 'standing'),
        };
      });
      const actions = entries.map((entry) => ({ ...actionOf(entry), ...outcomeOf(entry) }));
      const undone = entries.filter(({ state }) => state === 'undone').length;
      const left = entries.length - undone;
      const summary = { ...countsOf(actions), undone, left };
      if (task.state === 'canceled') context.endAsFailed();
      const stays = actions.flatMap(({ status, target, reason }) =>
        status === 'undone' ? [] : [`left  ${target}: ${reason}`],
      );
      const { app: id, root: realRoot } = task.mapping ?? { app, root: where };
      context.answer(
        { app: id, root: realRoot, actions, summary },
        [...stays, `${undone} taken back, ${left} left.`].join('\n'),
      );
    });
}

async function preview(
  core: Connection,
  app: string,
  root: string,
  { repair, otherNames, otherName }: Omit<RootOptions, 'root'>,
) {
  const plan = await core.call('mappings.preview', {
    app,
    root,
    repair_only: repair === true,
    other_names: otherNames === true ? 'all' : (otherName ?? []).map(modelIdOf),
  });
  return { plan, actions: await allActions(core, plan) };
}

/** Shows what would be made and asks, where somebody is there to answer. Throws `conflict` where it isn't meant. */
async function confirm(
  { plan, actions }: { readonly plan: MappingPlan; readonly actions: readonly MappingAction[] },
  { io, options }: CliContext,
): Promise<void> {
  if (!io.isTerminal || options.json === true) return;
  io.err(`${planLines(plan, actions)}\n`);
  const answer = await io.ask('Go on? [y/N] ');
  if (!/^y(es)?$/i.test(answer?.trim() ?? '')) throw new Failed('conflict', { reason: 'Nothing was linked.' });
}

function documentOf({ app, root, summary, plan_id, note }: MappingPlan, actions: readonly MappingAction[]) {
  return { app, root, actions, summary, plan_id, note };
}

function planLines({ summary, label, root, note, evidence }: MappingPlan, actions: readonly MappingAction[]): string {
  const lines = actions
    .filter(({ action }) => action !== 'keep')
    .map(({ action, model_id, target, other_target, link, size_bytes, reason, reason_code }) => [
      action,
      target ?? model_id,
      link ?? '',
      formatBytes(size_bytes),
      ...(reason_code === 'new'
        ? ['']
        : [other_target === null ? reason : `${reason} Free: ${basename(other_target)}`]),
    ]);
  const counts = countLine(summary);
  return [
    ...(lines.length === 0 ? [] : [formatTable(lines)]),
    ...(summary.other_names === 0
      ? []
      : ['--other-names links under the names that are free, --other-name MODEL one.']),
    `${label} in ${root}: ${counts}`,
    ...(evidence.length === 0 ? [`Nothing says that this folder is one of ${label}.`] : []),
    ...(note === null ? [] : [note]),
  ].join('\n');
}

function countLine(summary: MappingSummary): string {
  const counts = (['create', 'keep', 'conflict', 'broken', 'exclude'] as const).map(
    (kind) => `${summary[kind]} ${kind}`,
  );
  return `${counts.join(', ')}; copies would take ${formatBytes(summary.size_bytes)}`;
}

/** What became of a line: its reason, where there is one, takes the place of why it was planned. */
function outcomeOf({ state, reason }: MappingEntry) {
  return { status: state === 'standing' ? 'done' : state, ...(reason !== '' && { reason }) };
}

function actionOf({ action, model_id, source, target, link, size_bytes, reason }: MappingEntry) {
  return { action, model_id, source, target, link, size_bytes, reason };
}

function countsOf(actions: readonly { readonly action: MappingAction['action'] }[]) {
  const counts = { create: 0, keep: 0, conflict: 0, broken: 0, exclude: 0 };
  for (const { action } of actions) counts[action] += 1;
  return counts;
}

function appsCommand(contextOf: ContextOf): Command {
  return new Command('apps')
    .description('the apps whose folders are known')
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const found = await withCore(context, (core) => core.call('mappings.apps', {}));
      const rows = found.apps.map(({ app, label, is_own }) => [app, label, is_own ? 'yours' : '']);
      const problems = found.problems.map(({ path, reason }) => `${path}: ${reason}`);
      context.answer(
        found,
        [formatTable(rows), ...problems, `Rule files of your own go to ${found.own_rules_path}`].join('\n'),
      );
    });
}

function detectCommand(contextOf: ContextOf): Command {
  return new Command('detect')
    .description('apps installed in a folder or a little below it')
    .argument('<folder>')
    .action(async (folder: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const path = context.absolute(folder);
      const found = await withCore(context, (core) => core.call('mappings.detect', { path }));
      const lines = found.installs.map(({ app, root, evidence }) => `${app}  ${root}  (${evidence.join(', ')})`);
      context.answer(found, lines.length === 0 ? 'No app that is known.' : lines.join('\n'));
    });
}

function ledgerCommand(contextOf: ContextOf): Command {
  return new Command('ledger')
    .description('what was linked, and what of it stands')
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const ledger = await withCore(context, (core) => core.call('mappings.ledger', {}));
      const rows = ledger.applies.map(({ apply_id, app, root, state, standing, made }) => [
        apply_id,
        app,
        state,
        `${standing} of ${made}`,
        root,
      ]);
      context.answer(
        ledger,
        rows.length === 0
          ? 'Nothing was linked.'
          : formatTable([['APPLY', 'APP', 'STATE', 'STAND', 'FOLDER'], ...rows]),
      );
    });
}

function linksCommand(contextOf: ContextOf): Command {
  return new Command('links')
    .description('where the links to a model stand, and whether they lead to it')
    .argument('<model>', 'its id')
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const found = await withCore(context, (core) => core.call('mappings.links', { model_id: modelIdOf(id) }));
      const rows = found.links.map(({ app, target, fault, message }) => [
        app,
        target,
        fault === null ? 'whole' : message,
      ]);
      const relink = found.links.find(({ remedy }) => remedy === 'relink');
      context.answer(
        found,
        rows.length === 0 ? 'No link of Vitrine leads to it.' : [formatTable(rows), ...remedyLines(relink)].join('\n'),
      );
    });
}

function remedyLines(broken: Pick<MappingFault, 'app' | 'root'> | undefined): string[] {
  return broken === undefined ? [] : [`To mend links: map apply ${broken.app} --root "${broken.root}" --repair`];
}

function checkCommand(contextOf: ContextOf): Command {
  return new Command('check')
    .description('whether the links still lead to their models')
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const found = await withCore(context, (core) => core.call('mappings.check', {}));
      const lines = found.faults.map(({ target, message }) => `${target}: ${message}`);
      const relink = found.faults.find(({ remedy }) => remedy === 'relink');
      context.answer(
        found,
        [...lines, `${found.sound} of ${found.checked} links are whole.`, ...remedyLines(relink)].join('\n'),
      );
    });
}
