import type { Cause } from '../../core/contract/cause.ts';
import type { Commands } from '../../core/contract/command.ts';
import type { AppEvent } from '../../core/contract/event.ts';
import { Failed } from '../../core/contract/failure.ts';
import { ModelId } from '../../core/contract/ids.ts';
import { stateOf } from '../../core/contract/library/finding.ts';
import type { libraryCommands } from '../../core/contract/library/library-commands.ts';
import type { Metadata } from '../../core/contract/library/metadata.ts';
import type { ListQuery, ModelCounts, ModelSummary, TrashEntry } from '../../core/contract/library/model.ts';
import type { ReconcileReport } from '../../core/contract/library/reconcile.ts';
import type { ImportItem, ImportResult, Task } from '../../core/contract/library/task.ts';
import { baseName } from '../format/path.ts';
import { shelf } from './sample-models.ts';
import { sampleModel } from './sample-records.ts';

interface SampleDoors {
  readonly models: Map<string, ModelSummary>;
  readonly records: Map<string, Metadata>;
  readonly emit: (event: AppEvent) => void;
  readonly recordOf: (model: ModelSummary) => Metadata;
  /** How long one thing takes. */
  readonly delayMs: number;
}

type LibraryCommands = Pick<
  Commands,
  Exclude<keyof typeof libraryCommands, 'models.show' | 'models.classify' | 'models.validate' | 'models.describe'>
>;

export interface SampleLibrary {
  readonly commands: LibraryCommands;
  /** Runs a task step by step, as one that can be watched and canceled. */
  readonly runTask: (task: Task, step: (index: number) => void) => Task;
}

function found<Value>(value: Value | undefined, what: string, id: string): Value {
  if (value === undefined) throw new Failed('not_found', { what, id });
  return value;
}

function matches(model: ModelSummary, query: Partial<ListQuery>): boolean {
  return (
    model.name.toLocaleLowerCase().includes(query.query?.toLocaleLowerCase() ?? '') &&
    (query.type === undefined || model.model_type === query.type) &&
    (query.family === undefined || model.family === query.family) &&
    (query.tag === undefined || model.tags.includes(query.tag)) &&
    (query.favourite === undefined || model.favourite === query.favourite) &&
    (query.state === undefined || model.validation_state === query.state)
  );
}

const orders: Readonly<Record<ListQuery['sort'], (a: ModelSummary, b: ModelSummary) => number>> = {
  newest: () => 0,
  relevance: () => 0,
  name: (a, b) => a.name.localeCompare(b.name),
  size: (a, b) => b.size_bytes - a.size_bytes,
  family: (a, b) => a.family.localeCompare(b.family) || a.name.localeCompare(b.name),
};

function countsFor(models: readonly ModelSummary[], query: ListQuery): ModelCounts {
  const count = (ignored: keyof ListQuery, read: (model: ModelSummary) => readonly string[]) => {
    const values = models.filter((model) => matches(model, { ...query, [ignored]: undefined })).flatMap(read);
    return [...Map.groupBy(values, (value) => value)]
      .map(([value, all]) => ({ value, count: all.length }))
      .sort((a, b) => b.count - a.count);
  };
  const matching = models.filter((model) => matches(model, query));
  return {
    type: count('type', ({ model_type }) => [model_type]),
    family: count('family', ({ family }) => [family]),
    state: count('state', ({ validation_state }) => [validation_state]),
    storage: count('storage', ({ storage_kind }) => [storage_kind]),
    precision: count('precision', ({ precision }) => [precision]),
    tag: count('tag', ({ tags }) => tags),
    favourite: matching.filter(({ favourite }) => favourite).length,
    offline: matching.filter(({ is_offline }) => is_offline).length,
    total: matching.length,
    size_bytes: matching.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
  };
}

/** The library's commands, in memory. A path with `broken` in it fails to come in; one with `other` holds other weights. */
export function sampleLibrary({ models, records, emit, recordOf, delayMs }: SampleDoors): SampleLibrary {
  const tasks = new Map<string, Task>();
  const canceled = new Set<string>();
  const trash = new Map<string, { readonly entry: TrashEntry; readonly model: ModelSummary }>();
  const pause = () => new Promise((resolve) => setTimeout(resolve, delayMs));

  const put = (model: ModelSummary, record = recordOf(model)) => {
    models.set(model.model_id, model);
    records.set(model.model_id, record);
    emit({ kind: 'model_changed', model });
    return record;
  };
  const recordFor = (id: string) => records.get(id) ?? recordOf(found(models.get(id), 'model', id));

  const register = (path: string, name = baseName(path), isOwned = false) =>
    put(
      sampleModel({
        name,
        entry_path: path,
        added_at: new Date().toISOString(),
        storage_kind: isOwned ? 'library_owned' : 'external_reference',
      }),
    ).model_id;

  const settle = (id: string, code: string, accepted: boolean) => {
    const record = recordFor(id);
    const validation_errors = record.validation_errors.map((finding) =>
      finding.code === code ? { ...finding, accepted } : finding,
    );
    const validation_state = stateOf(validation_errors);
    return put(
      { ...found(models.get(id), 'model', id), validation_state },
      { ...record, validation_errors, validation_state },
    );
  };

  const putTask = (task: Task) => {
    tasks.set(task.task_id, task);
    emit({ kind: 'task_changed', task });
    return task;
  };

  const leftOut = new Set<string>();

  const runTask = async (id: string, items: readonly ImportItem[]) => {
    for (const [index, item] of items.entries()) {
      await pause();
      const task = found(tasks.get(id), 'task', id);
      const result = (): ImportResult => {
        if (canceled.has(id) || leftOut.has(item.path)) return { path: item.path, model_id: null, status: 'canceled' };
        if (item.path.includes('broken'))
          return {
            path: item.path,
            model_id: null,
            status: 'failed',
            failure: new Failed('invalid_bundle', { path: item.path, reason: 'truncated' }).failure,
          };
        const model_id = register(item.path, item.name, item.mode !== 'reference');
        return { path: item.path, model_id, status: item.mode === 'reference' ? 'registered' : 'imported' };
      };
      putTask({ ...task, item_index: index + 1, current_path: item.path, results: [...task.results, result()] });
    }
    const task = found(tasks.get(id), 'task', id);
    putTask({ ...task, state: canceled.has(id) ? 'canceled' : 'done', current_path: null });
  };

  const runSteps = (task: Task, step: (index: number) => void): Task => {
    const run = async () => {
      for (let index = 0; index < task.item_count && !canceled.has(task.task_id); index++) {
        await pause();
        step(index);
        const now = found(tasks.get(task.task_id), 'task', task.task_id);
        const mapping = now.mapping && { ...now.mapping, done: index + 1 };
        putTask({ ...now, item_index: index + 1, ...(mapping && { mapping }) });
      }
      const now = found(tasks.get(task.task_id), 'task', task.task_id);
      putTask({ ...now, state: canceled.has(task.task_id) ? 'canceled' : 'done' });
    };
    putTask(task);
    void run();
    return task;
  };

  const untilEnded = async (id: string) => {
    while (found(tasks.get(id), 'task', id).state === 'running') await pause();
    return found(tasks.get(id), 'task', id);
  };

  const causes = (exampleCount = 6): Cause[] => {
    const all = [...models.values()].flatMap((model) =>
      recordFor(model.model_id)
        .validation_errors.filter(({ accepted }) => accepted !== true)
        .map((finding) => ({ model, finding })),
    );
    return [...Map.groupBy(all, ({ finding }) => finding.code)].map(([code, found]) => ({
      code,
      severity: found[0]?.finding.severity ?? 'error',
      drive: code === 'volume_offline' ? 'Archiv-SSD' : null,
      model_count: new Set(found.map(({ model }) => model.model_id)).size,
      finding_count: found.length,
      examples: found.slice(0, exampleCount),
    }));
  };

  let report = reportOf(models.size);

  const commands: LibraryCommands = {
    'models.list': async ({ limit, cursor, offset, total: _, ...query }) => {
      const all = [...models.values()].filter((model) => matches(model, query)).sort(orders[query.sort]);
      const from = Number(cursor ?? offset ?? 0);
      const until = from + limit;
      return {
        models: all.slice(from, until),
        total: all.length,
        next_cursor: until < all.length ? String(until) : null,
      };
    },
    'models.counts': async (query) => countsFor([...models.values()], query),
    'models.causes': async () => ({ causes: causes() }),
    'models.findings': async ({ code, drive, limit, offset }) => {
      const cause = causes(Number.POSITIVE_INFINITY).find(
        (one) => one.code === code && (one.drive ?? undefined) === drive,
      );
      const all = cause?.examples ?? [];
      return { findings: all.slice(offset, offset + limit), total: all.length };
    },
    'models.register': async ({ path, name }) => {
      await pause();
      return { model_id: register(path, name), status: 'registered' };
    },
    'models.accept': async ({ model_id, code }) => settle(model_id, code, true),
    'models.revoke': async ({ model_id, code }) => settle(model_id, code, false),
    'models.edit': async ({ model_id, ...change }) => {
      const { notes: _notes, ...face } = change;
      return put(
        { ...found(models.get(model_id), 'model', model_id), ...withoutUndefined(face) },
        { ...recordFor(model_id), ...withoutUndefined(change) },
      );
    },
    'models.relocate': async ({ model_id, path, force }) => {
      await pause();
      if (path.includes('other') && !force) throw new Failed('source_mismatch', { path, model_id });
      return put(
        { ...found(models.get(model_id), 'model', model_id), entry_path: path, validation_state: 'valid' },
        { ...recordFor(model_id), entry_path: path, validation_state: 'valid', validation_errors: [] },
      );
    },
    'models.import': async ({ items }) => {
      const task = putTask({
        task_id: crypto.randomUUID(),
        kind: 'import',
        state: 'running',
        item_index: 0,
        item_count: items.length,
        current_path: null,
        done_bytes: 0,
        total_bytes: 0,
        results: [],
      });
      void runTask(task.task_id, items);
      return task;
    },
    'models.previewRemoval': async ({ model_id }) => {
      const { storage_kind, size_bytes, entry_path } = found(models.get(model_id), 'model', model_id);
      const isOwned = storage_kind === 'library_owned';
      const folder = `/home/mira/Vitrine/models/${model_id}`;
      return {
        model_id,
        storage_kind,
        removed: [
          { path: `${folder}/metadata.json`, size_bytes: 2_140 },
          ...(isOwned ? [{ path: `${folder}/${baseName(entry_path)}`, size_bytes }] : []),
        ],
        kept: isOwned ? [] : [entry_path],
        links: [],
      };
    },
    'models.unregister': async ({ model_id }) => {
      const model = found(models.get(model_id), 'model', model_id);
      models.delete(model_id);
      const trash_id = `t-${trash.size}`;
      const entry: TrashEntry = {
        trash_id,
        model_id,
        name: model.name,
        size_bytes: 2_140,
        removed_at: new Date().toISOString(),
        expires_at: new Date(Date.now() + 30 * 86_400_000).toISOString(),
      };
      trash.set(trash_id, { entry, model });
      emit({ kind: 'model_removed', model_id });
      return { removed: [] };
    },
    'models.duplicates': async () => ({ groups: [] }),
    'library.reconcile': async () => {
      await pause();
      report = reportOf(models.size);
      emit({ kind: 'library_reconciled', changed_count: 0 });
      return report;
    },
    'library.lastReconcile': async () => ({ report }),
    'trash.list': async () => ({ entries: [...trash.values()].map(({ entry }) => entry).toReversed() }),
    'trash.restore': async ({ trash_id }) => {
      const { model } = found(trash.get(trash_id), 'entry of the trash', trash_id);
      trash.delete(trash_id);
      put(model);
      return { model_id: model.model_id, status: 'registered' };
    },
    'tasks.show': async ({ task_id }) => found(tasks.get(task_id), 'task', task_id),
    'tasks.wait': async ({ task_id }) => untilEnded(task_id),
    'tasks.leaveOut': async ({ task_id, paths }) => {
      for (const path of paths) leftOut.add(path);
      return found(tasks.get(task_id), 'task', task_id);
    },
    'tasks.cancel': async ({ task_id }) => {
      canceled.add(task_id);
      return untilEnded(task_id);
    },
  };
  return { commands, runTask: runSteps };
}

function withoutUndefined<Given extends object>(given: Given) {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Given]-?: Exclude<Given[Key], undefined>;
  };
}

function reportOf(count: number): ReconcileReport {
  const now = Date.now();
  const adopted = shelf.slice(9, 10).map(({ model_id }) => ({
    model_id,
    reason: 'Its files lay in the library without a record.',
  }));
  return {
    added: 4,
    updated: 1,
    removed: 0,
    adopted: 1,
    partial: 1,
    unchanged: count,
    findings: [],
    changes: {
      added: [],
      updated: [
        {
          model_id: ModelId.parse('diffusion/stable-diffusion-1/harbour-light-v4'),
          reason: 'Its weights are cut short.',
        },
      ],
      removed: [],
      adopted,
      partial: [
        {
          path: '/home/mira/Vitrine/models/lora/flux/linen.safetensors.part',
          reason: 'A download that is not finished.',
        },
      ],
    },
    started_at: new Date(now - 3400).toISOString(),
    finished_at: new Date(now).toISOString(),
  };
}
