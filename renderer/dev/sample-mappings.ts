import type { CheckedInput, Commands } from '../../core/contract/command.ts';
import type { AppEvent } from '../../core/contract/event.ts';
import { Failed } from '../../core/contract/failure.ts';
import type { ModelSummary } from '../../core/contract/library/model.ts';
import type { Task } from '../../core/contract/library/task.ts';
import type {
  MappingAction,
  MappingApp,
  MappingApply,
  MappingFolderEntry,
  MappingPlan,
  MappingSummary,
  OtherNamesWanted,
} from '../../core/contract/mapping/mapping.ts';
import type { mappingCommands } from '../../core/contract/mapping/mapping-commands.ts';
import { baseName } from '../format/path.ts';

interface SampleMappingsDoors {
  readonly models: ReadonlyMap<string, ModelSummary>;
  readonly emit: (event: AppEvent) => void;
  /** The tasks that `tasks.wait` and `tasks.cancel` know. */
  readonly runTask: (task: Task, step: (index: number) => void) => Task;
}

const folderOf: Readonly<Record<string, string>> = {
  checkpoint: 'models/checkpoints',
  diffusion: 'models/diffusers',
  lora: 'models/loras',
  vae: 'models/vae',
  controlnet: 'models/controlnet',
  upscaler: 'models/upscale_models',
  embedding: 'models/embeddings',
};

const apps: readonly MappingApp[] = ['ComfyUI', 'stable-diffusion-webui', 'InvokeAI', 'Fooocus'].map((label) => ({
  app: label.toLowerCase(),
  label,
  is_own: false,
  rule_path: `/opt/vitrine/mappings/${label.toLowerCase()}.json`,
  note: label === 'InvokeAI' ? 'Scan the folder once in InvokeAI’s model manager.' : null,
  config_path: label === 'ComfyUI' ? 'extra_model_paths.yaml' : null,
  places: [],
}));

const ownFiles: Readonly<Record<string, readonly string[]>> = {
  'models/checkpoints': ['dreamy.safetensors', 'put_checkpoints_here', 'basalt-moss.safetensors'],
  'models/loras': [
    'add_detail.safetensors',
    ...Array.from({ length: 61 }, (_, index) => `style-${index + 10}.safetensors`),
  ],
  'models/controlnet': ['depth.safetensors'],
  'models/embeddings': ['bad-hands.pt'],
};

/** Links in other apps' folders, in memory. The shelf's models are taken for the library's own, all but every fourth. */
export function sampleMappings({
  models,
  emit,
  runTask,
}: SampleMappingsDoors): Pick<Commands, keyof typeof mappingCommands> {
  const linked = new Map<string, string>();
  const applies: MappingApply[] = [];
  const plans = new Map<string, { readonly plan: MappingPlan; readonly actions: readonly MappingAction[] }>();

  const found = <Value>(value: Value | undefined, what: string, id: string): Value => {
    if (value === undefined) throw new Failed('not_found', { what, id });
    return value;
  };

  const actionFor = (
    model: ModelSummary,
    index: number,
    { root, otherNames }: { readonly root: string; readonly otherNames: OtherNamesWanted },
  ): MappingAction => {
    const name = `${baseName(model.entry_path)}${model.bundle_format === 'single_file' ? '.safetensors' : ''}`;
    const folder = folderOf[model.model_type];
    const of = (facts: Pick<MappingAction, 'action' | 'reason' | 'reason_code'>): MappingAction => ({
      model_id: model.model_id,
      source: model.entry_path,
      target: facts.action === 'exclude' ? null : `${root}/${folder}/${name}`,
      other_target: null,
      link: facts.action === 'exclude' ? null : 'symlink',
      size_bytes: model.size_bytes,
      ...facts,
    });
    if (model.validation_state !== 'valid')
      return of({ action: 'exclude', reason: 'Only valid models are mapped.', reason_code: 'not_valid' });
    const isTaken = model.name.includes('Basalt');
    if (index % 4 === 3 && !isTaken)
      return of({ action: 'exclude', reason: `Kept in ${model.entry_path}.`, reason_code: 'external_reference' });
    if (folder === undefined)
      return of({ action: 'exclude', reason: 'There is no folder for it.', reason_code: 'no_place' });
    if (linked.has(`${root} ${model.model_id}`))
      return of({ action: 'keep', reason: 'Its link is there and whole.', reason_code: 'in_place' });
    if (isTaken) {
      const other_target = `${root}/${folder}/${name.replace('.safetensors', '')}-${model.model_id.split('/').at(-1)}.safetensors`;
      if (otherNames === 'all' || otherNames.includes(model.model_id))
        return {
          ...of({ action: 'create', reason: 'The link gets a name of its own.', reason_code: 'other_name' }),
          target: other_target,
        };
      return {
        ...of({ action: 'conflict', reason: 'Another file is there. It stays.', reason_code: 'other_content' }),
        other_target,
      };
    }
    return of({ action: 'create', reason: 'A link is made.', reason_code: 'new' });
  };

  const planFor = (
    app: MappingApp,
    { root, other_names: otherNames, repair_only }: CheckedInput<'mappings.preview'>,
  ): MappingPlan => {
    const actions = [...models.values()]
      .map((model, index) => actionFor(model, index, { root, otherNames }))
      .filter(({ action }) => !repair_only || action === 'broken');
    const count = (action: MappingAction['action']) => actions.filter((one) => one.action === action).length;
    const summary: MappingSummary = {
      create: count('create'),
      keep: count('keep'),
      conflict: count('conflict'),
      broken: count('broken'),
      exclude: count('exclude'),
      size_bytes: actions.reduce((sum, { action, size_bytes }) => (action === 'create' ? sum + size_bytes : sum), 0),
      other_names: actions.filter(({ other_target }) => other_target !== null).length,
      links: { symlink: count('create') },
      reasons: {},
    };
    const plan: MappingPlan = {
      plan_id: crypto.randomUUID(),
      app: app.app,
      label: app.label,
      root,
      created_at: new Date().toISOString(),
      repair_only,
      other_names: otherNames,
      evidence: root.toLowerCase().includes(app.app) ? ['main.py', 'folder_paths.py', 'comfy/'] : [],
      note: app.note,
      summary,
      folders: Object.values(folderOf)
        .sort()
        .flatMap((path) => {
          const entries = entriesIn(actions, root, path);
          if (entries.length === 0) return [];
          const of = (action: MappingAction['action']) => entries.filter((entry) => entry.action === action).length;
          return [
            {
              path,
              is_new: entries.every(({ before }) => before === null),
              before_count: entries.filter(({ before }) => before !== null).length,
              after_count: entries.filter(({ after }) => after !== null).length,
              create: of('create'),
              keep: of('keep'),
              conflict: of('conflict'),
              broken: of('broken'),
            },
          ];
        }),
      actions: [],
      next_cursor: null,
    };
    plans.set(plan.plan_id, { plan, actions });
    return plan;
  };

  const start = (
    kind: Task['kind'],
    plan: Pick<MappingPlan, 'app' | 'root'>,
    applyId: string,
    count: number,
  ): Task => ({
    task_id: crypto.randomUUID(),
    kind,
    state: 'running',
    item_index: 0,
    item_count: count,
    current_path: null,
    done_bytes: 0,
    total_bytes: 0,
    results: [],
    mapping: { app: plan.app, root: plan.root, apply_ids: [applyId], done: 0, failed: 0, left: 0 },
  });

  return {
    'mappings.apps': async () => ({
      apps: [...apps],
      own_rules_path: '/home/mira/.local/share/vitrine/mappings',
      problems: [],
    }),
    'mappings.detect': async ({ path }) => ({
      installs: path.includes('empty')
        ? []
        : apps.slice(0, 2).map(({ app, label }) => ({
            app,
            label,
            root: `${path}/${label}`,
            evidence: ['main.py', 'models/loras/'],
          })),
    }),
    'mappings.preview': async (wanted) => {
      const { app, root } = wanted;
      if (root.includes('gone')) throw new Failed('path_not_found', { path: root });
      return planFor(
        found(
          apps.find((one) => one.app === app),
          'app with known folders',
          app,
        ),
        wanted,
      );
    },
    'mappings.plan': async ({ plan_id, action, limit, cursor }) => {
      const { actions } = found(plans.get(plan_id), 'plan', plan_id);
      const { page, next_cursor, total } = pageOf(
        actions.filter((one) => action === undefined || one.action === action),
        limit,
        cursor,
      );
      return { actions: page, next_cursor, total };
    },
    'mappings.folder': async ({ plan_id, path, limit, cursor }) => {
      const { plan, actions } = found(plans.get(plan_id), 'plan', plan_id);
      const { page, next_cursor, total } = pageOf(entriesIn(actions, plan.root, path), limit, cursor);
      return { entries: page, next_cursor, total };
    },
    'mappings.apply': async ({ plan_id }) => {
      const { plan, actions } = found(plans.get(plan_id), 'plan', plan_id);
      const made = actions.filter(({ action }) => action === 'create');
      const apply: MappingApply = {
        apply_id: crypto.randomUUID(),
        app: plan.app,
        label: plan.label,
        root: plan.root,
        applied_at: new Date().toISOString(),
        state: 'done',
        made: made.length,
        failed: 0,
        standing: made.length,
        size_bytes: plan.summary.size_bytes,
      };
      return runTask(start('mapping_apply', plan, apply.apply_id, made.length), (index) => {
        const action = made[index];
        if (action) linked.set(`${plan.root} ${action.model_id}`, apply.apply_id);
        if (index + 1 !== made.length) return;
        applies.unshift(apply);
        emit({ kind: 'mappings_changed', app: plan.app, root: plan.root });
      });
    },
    'mappings.undo': async (which) => {
      const apply = found(
        applies.find((one) => 'apply_id' in which && one.apply_id === which.apply_id),
        'apply',
        'apply_id' in which ? which.apply_id : which.app,
      );
      const keys = [...linked].filter(([, applyId]) => applyId === apply.apply_id).map(([key]) => key);
      return runTask(start('mapping_undo', apply, apply.apply_id, keys.length), (index) => {
        linked.delete(keys[index] ?? '');
        if (index + 1 !== keys.length) return;
        applies.splice(applies.indexOf(apply), 1, { ...apply, state: 'undone', standing: 0 });
        emit({ kind: 'mappings_changed', app: apply.app, root: apply.root });
      });
    },
    'mappings.ledger': async () => ({ applies: [...applies] }),
    'mappings.entries': async ({ apply_id, limit, cursor }) => {
      const apply = found(
        applies.find((one) => one.apply_id === apply_id),
        'apply',
        apply_id,
      );
      const { page, next_cursor, total } = pageOf(
        [...models.values()].filter(({ model_id }) => linked.get(`${apply.root} ${model_id}`) === apply_id),
        limit,
        cursor,
      );
      return {
        entries: page.map((model) => ({
          apply_id,
          action: 'create' as const,
          model_id: model.model_id,
          source: model.entry_path,
          target: `${apply.root}/${folderOf[model.model_type]}/${baseName(model.entry_path)}`,
          link: 'symlink' as const,
          size_bytes: model.size_bytes,
          state: 'standing' as const,
          reason: 'A link is made.',
        })),
        total,
        next_cursor,
      };
    },
    'mappings.links': async ({ model_id }) => ({
      links: [...linked].flatMap(([key, applyId]) => {
        const apply = applies.find(({ apply_id }) => apply_id === applyId);
        const model = models.get(model_id);
        if (apply === undefined || model === undefined || key !== `${apply.root} ${model_id}`) return [];
        return [
          {
            apply_id: applyId,
            app: apply.app,
            label: apply.label,
            root: apply.root,
            model_id,
            source: model.entry_path,
            target: `${apply.root}/${folderOf[model.model_type]}/${baseName(model.entry_path)}`,
            link: 'symlink' as const,
            fault: null,
            message: '',
            remedy: 'none' as const,
          },
        ];
      }),
    }),
    'mappings.check': async () => ({ checked: linked.size, sound: linked.size, faults: [], fault_count: 0 }),
  };
}

function entriesIn(actions: readonly MappingAction[], root: string, path: string): MappingFolderEntry[] {
  const prefix = `${root}/${path}/`;
  const own = actions.filter(({ target }) => target?.startsWith(prefix));
  const names = new Map<string, MappingFolderEntry>();
  for (const name of ownFiles[path] ?? [])
    names.set(name, { name, before: 'file', after: 'file', action: null, model_id: null, size_bytes: null });
  for (const { target, action, model_id, size_bytes } of own) {
    const name = baseName(target ?? '');
    const before =
      action === 'keep' ? 'vitrine_link' : (names.get(name)?.before ?? (action === 'conflict' ? 'file' : null));
    names.set(name, {
      name,
      before,
      after: action === 'create' ? 'vitrine_link' : before,
      action,
      model_id,
      size_bytes,
    });
  }
  return [...names.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function pageOf<Row>(rows: readonly Row[], limit: number, cursor: string | undefined) {
  const from = Number(cursor ?? 0);
  const until = from + limit;
  return {
    page: rows.slice(from, until),
    total: rows.length,
    next_cursor: until < rows.length ? String(until) : null,
  };
}
