import type { Commands } from '../contract/command.ts';
import { Failed } from '../contract/failure.ts';
import type { MappingAction, MappingPlan } from '../contract/mapping/mapping.ts';
import type { mappingCommands } from '../contract/mapping/mapping-commands.ts';
import type { Library } from '../library/library.ts';
import type { Mappings } from '../mapping/mappings.ts';
import { pageOf } from '../mapping/page-of.ts';
import type { KeptPlan } from '../mapping/plan/kept-plans.ts';
import type { PlannedAction } from '../mapping/plan/plan-mapping.ts';
import { folderEntriesOf, foldersOf, summaryOf } from '../mapping/plan/plan-view.ts';
import { mappingAppOf } from '../mapping/rules/read-rules.ts';

/** Faults that one answer tells of. */
const maxFaults = 1000;

/** The mappings' rows of the command table, carried out. */
export function commandsOfMapping(mappings: Mappings): Pick<Commands, keyof typeof mappingCommands> {
  return {
    'mappings.apps': async () => {
      const { apps, problems } = await mappings.rules();
      return { apps: apps.map(mappingAppOf), own_rules_path: mappings.ownRulesPath, problems: [...problems] };
    },
    'mappings.detect': async ({ path }) => ({ installs: await mappings.detect(path) }),
    'mappings.preview': async ({ app, root, repair_only, other_names, limit }) =>
      mappingPlanOf(await mappings.preview(app, root, { repairOnly: repair_only, otherNames: other_names }), limit),
    'mappings.plan': async ({ plan_id, action, ...query }) => {
      const { actions } = mappings.plan(plan_id);
      const wanted = action === undefined ? actions : actions.filter((one) => one.action === action);
      const { page, ...rest } = pageOf(wanted, query);
      return { actions: page.map(mappingActionOf), ...rest };
    },
    'mappings.folder': async ({ plan_id, path, ...query }) => {
      const { actions, snapshot } = mappings.plan(plan_id);
      const entries = folderEntriesOf(path, actions, snapshot);
      if (entries === null) throw new Failed('not_found', { what: 'folder of this plan', id: path });
      const { page, ...rest } = pageOf(entries, query);
      return { entries: page, ...rest };
    },
    'mappings.apply': ({ plan_id }) => mappings.apply(plan_id),
    'mappings.undo': (which) => mappings.undo(which),
    'mappings.ledger': async () => ({ applies: await mappings.applies() }),
    'mappings.entries': async ({ apply_id, state, ...query }) => {
      const entries = await mappings.entries(apply_id);
      const wanted = state === undefined ? entries : entries.filter((entry) => entry.state === state);
      const { page, ...rest } = pageOf(wanted, query);
      return { entries: page, ...rest };
    },
    'mappings.links': async ({ model_id }) => ({ links: await mappings.linksOf(model_id) }),
    'mappings.check': async () => {
      const { checked, faults } = await mappings.check();
      const fault_count = faults.length;
      return { checked, sound: checked - fault_count, faults: faults.slice(0, maxFaults), fault_count };
    },
  };
}

/** The long acts, whichever room does them. */
export function commandsOfTasks(
  { tasks }: Mappings,
  library: Library,
): Pick<Commands, 'tasks.show' | 'tasks.wait' | 'tasks.cancel' | 'tasks.leaveOut'> {
  return {
    'tasks.show': async ({ task_id }) => (tasks.has(task_id) ? tasks.show(task_id) : library.showTask(task_id)),
    'tasks.wait': ({ task_id, timeout_ms }) =>
      tasks.has(task_id) ? tasks.wait(task_id, timeout_ms) : library.waitForTask(task_id, timeout_ms),
    'tasks.cancel': ({ task_id }) => (tasks.has(task_id) ? tasks.cancel(task_id) : library.cancelTask(task_id)),
    // Only an import has single things to leave out.
    'tasks.leaveOut': async ({ task_id, paths }) => library.leaveOut(task_id, paths),
  };
}

function mappingPlanOf(plan: KeptPlan, limit: number): MappingPlan {
  const { page, next_cursor } = pageOf(plan.actions, { limit });
  return {
    plan_id: plan.id,
    app: plan.rules.app,
    label: plan.rules.label,
    root: plan.root,
    created_at: plan.createdAt,
    repair_only: plan.wish.repairOnly,
    other_names: plan.wish.otherNames,
    evidence: [...plan.evidence],
    note: plan.rules.note ?? null,
    summary: summaryOf(plan.actions),
    folders: foldersOf(plan.actions, plan.snapshot),
    actions: page.map(mappingActionOf),
    next_cursor,
  };
}

function mappingActionOf({ path: _path, replaces: _replaces, ...action }: PlannedAction): MappingAction {
  return action;
}
