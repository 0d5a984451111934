import type { ImportMode, Task } from '../../../core/contract/library/task.ts';
import type { WindowClient } from '../../client/client.ts';
import type { Doors } from '../doors.ts';
import { problemOf } from '../problem.ts';
import type { AppState } from '../state.ts';
import type { AppStore } from '../store.ts';
import type { AddItem, AddSheet } from './add-part.ts';
import { canMove, importItemsOf, itemsPerImport, newCandidates, newerTask, resultsOf } from './add-plan.ts';

/** Paths are read this many at a time: five hundred dropped at once must not become five hundred open requests. */
const readersAtOnce = 4;
const showEveryMs = 100;
const waitMs = 20_000;

const emptySheet: AddSheet = {
  phase: 'review',
  items: [],
  pathlessCount: 0,
  taskIds: [],
  isHidden: false,
  problem: null,
};

/** From what was dropped to what is in the library: read, review, import. Nothing happens on disk before `confirmAdd`. */
export function createAddActions({ getState, setState }: AppStore, client: WindowClient, { tell }: Doors) {
  const withSheet = (make: (sheet: AddSheet) => AddSheet | null) =>
    setState((state: AppState) => (state.addSheet ? { addSheet: make(state.addSheet) } : {}));

  const withItem = (path: string, change: Partial<AddItem>) =>
    withSheet((sheet) => ({
      ...sheet,
      items: sheet.items.map((item) => (item.path === path ? { ...item, ...change } : item)),
    }));

  const withTask = (task: Task) =>
    setState(({ tasks }) => ({ tasks: { ...tasks, [task.task_id]: newerTask(tasks[task.task_id], task) } }));

  const read = async (path: string): Promise<Partial<AddItem>> => {
    try {
      const classification = await client.call('models.classify', { path });
      const isRefused =
        classification.candidates.length === 0 ||
        classification.candidates.every(({ validation_state }) => validation_state === 'invalid');
      return { classification, phase: isRefused ? 'refused' : 'ready' };
    } catch (error) {
      return { problem: problemOf(error), phase: 'refused' };
    }
  };

  /** What was read, shown a few times a second: five hundred answers must not draw the sheet five hundred times. */
  const withRead = (found: ReadonlyMap<string, Partial<AddItem>>) =>
    withSheet((sheet) => ({
      ...sheet,
      items: sheet.items.map((item) => ({ ...item, ...found.get(item.path) })),
    }));

  const addPaths = async (paths: readonly string[], pathlessCount = 0) => {
    const { addSheet } = getState();
    const sheet = addSheet?.phase === 'review' ? addSheet : emptySheet;
    const known = new Set(sheet.items.map(({ path }) => path));
    const fresh = [...new Set(paths)].filter((path) => !known.has(path));
    const items = fresh.map(
      (path): AddItem => ({ path, phase: 'reading', classification: null, problem: null, mode: 'reference' }),
    );
    setState({ addSheet: { ...sheet, items: [...sheet.items, ...items], pathlessCount } });
    const queue = [...fresh];
    let found = new Map<string, Partial<AddItem>>();
    let shownMs = 0;
    const show = () => {
      if (found.size > 0) withRead(found);
      found = new Map();
      shownMs = performance.now();
    };
    const reader = async () => {
      for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
        const change = await read(path);
        found.set(path, change);
        if (performance.now() - shownMs >= showEveryMs) show();
      }
    };
    await Promise.all(Array.from({ length: readersAtOnce }, reader));
    show();
  };

  /** Events tell how far it is; this asks for the end, which no lost event can hide. */
  const untilEnded = async (task_id: string) => {
    let task = getState().tasks[task_id];
    while (task === undefined || task.state === 'running') {
      task = await client.call('tasks.wait', { task_id, timeout_ms: waitMs });
      withTask(task);
    }
  };

  const isShown = (taskIds: readonly string[]) => getState().addSheet?.taskIds === taskIds;

  const finish = (taskIds: readonly string[]) => {
    const { addSheet, tasks } = getState();
    if (!addSheet || !isShown(taskIds)) return;
    const results = resultsOf(addSheet, tasks);
    const added = results.filter(({ model_id }) => model_id !== null);
    const [first] = added;
    if (first) setState({ selectedId: first.model_id, isPaneOpen: true });
    const isWhole = addSheet.problem === null && results.every(({ status }) => status !== 'failed');
    if (addSheet.isHidden && isWhole) {
      setState({ addSheet: null });
      tell({ kind: 'added', count: added.length });
    } else withSheet((sheet) => ({ ...sheet, phase: 'done', isHidden: false }));
  };

  return {
    openAdd: () =>
      setState(({ addSheet }) => ({
        addSheet: addSheet?.phase === 'importing' ? { ...addSheet, isHidden: false } : emptySheet,
      })),
    addPaths,
    /** Files from a drop: the desktop shell knows where they lie, a browser does not. */
    async addFiles(files: readonly File[]) {
      const paths = files.map((file) => client.desktop?.pathOf(file) ?? '').filter((path) => path !== '');
      await addPaths(paths, files.length - paths.length);
    },
    async pickFolder() {
      const path = await client.desktop?.pickFolder();
      if (path != null) await addPaths([path]);
    },
    dropItem: (path: string) =>
      withSheet((sheet) => ({ ...sheet, items: sheet.items.filter((item) => item.path !== path) })),
    setImportMode: (path: string, mode: ImportMode) => withItem(path, { mode }),
    setAllImportModes: (mode: ImportMode) =>
      withSheet((sheet) => ({
        ...sheet,
        items: sheet.items.map((item) => (mode === 'move' && !canMove(item) ? item : { ...item, mode })),
      })),
    /** Before the confirmation nothing has happened; during it, the import goes on and the status line tells how far it is. */
    closeAdd: () => withSheet((sheet) => (sheet.phase === 'importing' ? { ...sheet, isHidden: true } : null)),
    /** What is in stays in, what is half done goes, and the rest is left out. */
    async cancelAdd() {
      try {
        for (const task_id of getState().addSheet?.taskIds ?? [])
          withTask(await client.call('tasks.cancel', { task_id }));
      } catch (error) {
        const problem = problemOf(error);
        withSheet((sheet) => ({ ...sheet, problem }));
      }
    },
    /** Leaves one thing out while the others come in; what of it is in stays in. */
    async leaveOut(path: string) {
      const { addSheet, tasks } = getState();
      const paths = addSheet?.items.filter((item) => item.path === path).flatMap(newCandidates) ?? [];
      try {
        for (const task_id of addSheet?.taskIds ?? [])
          if (tasks[task_id]?.state === 'running')
            withTask(await client.call('tasks.leaveOut', { task_id, paths: paths.map((candidate) => candidate.path) }));
      } catch (error) {
        const problem = problemOf(error);
        withSheet((sheet) => ({ ...sheet, problem }));
      }
    },
    async confirmAdd() {
      const { addSheet } = getState();
      if (addSheet?.phase !== 'review') return;
      const items = importItemsOf(addSheet);
      if (items.length === 0) return;
      withSheet((sheet) => ({ ...sheet, phase: 'importing' }));
      let taskIds: readonly string[] = [];
      try {
        for (let from = 0; from < items.length; from += itemsPerImport) {
          const task = await client.call('models.import', { items: items.slice(from, from + itemsPerImport) });
          withTask(task);
          taskIds = [...taskIds, task.task_id];
        }
        const started = taskIds;
        withSheet((sheet) => ({ ...sheet, taskIds: started }));
        for (const id of started) await untilEnded(id);
      } catch (error) {
        const [problem, begun] = [problemOf(error), taskIds];
        withSheet((sheet) => ({ ...sheet, taskIds: begun, problem }));
      }
      finish(taskIds);
    },
  };
}
