import type { CommandInput } from '../../../core/contract/command.ts';
import { JobId } from '../../../core/contract/ids.ts';
import type { Job } from '../../../core/contract/jobs/job.ts';
import type { WindowClient } from '../../client/client.ts';
import type { AppState, NoticeText } from '../state.ts';
import type { AppStore } from '../store.ts';
import { withJob, withLookedUp } from '../sync.ts';
import { movedLine, moveTo } from './line.ts';
import type { Clearing, History } from './queue-part.ts';

const pageSize = 100;
const eventLimit = 2_000;

interface QueueDoors {
  readonly tell: (notice: NoticeText) => void;
  readonly attempt: <Result>(act: () => Promise<Result>) => Promise<Result | null>;
}

/**
 * What a person does to the line of jobs and its history. How the line is afterwards comes with the core's event: a command's own answer may
 * arrive behind the events of later jobs, and would take those out of the line.
 */
export function createQueueActions(
  { getState: get, setState: set }: AppStore,
  client: WindowClient,
  { attempt, tell }: QueueDoors,
) {
  const patch = (make: (state: AppState) => Partial<AppState>) => set(make);
  const withHistory = (change: Partial<History>) => patch(({ history }) => ({ history: { ...history, ...change } }));
  const asked = new Set<string>();

  /** The line and the first page of the history, as what they make of a state. */
  const readQueue = async () => {
    const [line, page] = await Promise.all([
      client.call('queue.show', {}),
      client.call('jobs.list', { status: 'ended', limit: pageSize }),
    ]);
    const id = line.running_job_id;
    const running = id === null ? [] : [await client.call('jobs.show', { job_id: id })];
    asked.clear();
    return (state: AppState): AppState => ({
      ...withLookedUp(state, [...page.jobs, ...running]),
      line,
      history: { ids: page.jobs.map(({ id }) => id), total: page.total, nextCursor: page.next_cursor, phase: 'ready' },
    });
  };

  /** Reads the history on until row `index` is there. */
  const loadHistoryUntil = async (index: number) => {
    for (;;) {
      const { history } = get();
      if (history.phase !== 'ready' || history.nextCursor === null || history.ids.length > index) return;
      withHistory({ phase: 'loading' });
      const cursor = history.nextCursor;
      const page = await attempt(() => client.call('jobs.list', { status: 'ended', limit: pageSize, cursor }));
      if (page === null) {
        withHistory({ phase: 'failed' });
        return;
      }
      patch((state) => ({
        ...withLookedUp(state, page.jobs),
        history: {
          ids: [...new Set([...state.history.ids, ...page.jobs.map(({ id }) => id)])],
          total: page.total,
          nextCursor: page.next_cursor,
          phase: 'ready',
        },
      }));
    }
  };

  /** Reads jobs that the line names and the window has not seen: of a long line only the newest came with the snapshot. */
  const loadJobs = (ids: readonly string[]) =>
    attempt(async () => {
      const fresh = ids.filter((id) => !get().jobs[id] && !asked.has(id));
      for (const id of fresh) asked.add(id);
      const jobs = await Promise.all(fresh.map((id) => client.call('jobs.show', { job_id: JobId.parse(id) })));
      patch((state) => withLookedUp(state, jobs));
    });

  const queued = async (ask: () => Promise<Job>) => {
    const job = await attempt(ask);
    if (job === null) return;
    patch((state) => ({ ...withJob(state, job), selectedJobId: job.id }));
    tell({ kind: 'queued' });
  };

  return {
    readQueue,
    loadHistoryUntil,
    retryHistory: () => {
      withHistory({ phase: 'ready' });
      return loadHistoryUntil(get().history.ids.length);
    },
    loadJobs,
    loadJobEvents: (jobId: string) =>
      attempt(async () => {
        const { events } = await client.call('jobs.events', { job_id: JobId.parse(jobId), limit: eventLimit });
        patch(({ jobEvents }) => ({ jobEvents: { ...jobEvents, [jobId]: events } }));
      }),
    selectJob: (jobId: string | null, isJobPaneOpen = true) => set({ selectedJobId: jobId, isJobPaneOpen }),
    closeJobPane: () => set({ isJobPaneOpen: false }),

    /** Moves a waiting job to that place of the line, counted from 0. The line shows it at once and is put right by the core's event. */
    moveJob: (jobId: string, to: number) =>
      attempt(async () => {
        const before = get().line;
        const move = before && moveTo(before.waiting, jobId, to);
        if (!before || !move) return;
        const target = Math.max(0, Math.min(before.waiting.length - 1, to));
        const id = JobId.parse(jobId);
        const put = (place: number) =>
          patch(({ line }) => {
            if (!line?.waiting.includes(id)) return {};
            return { line: { ...line, waiting: movedLine(line.waiting, id, place).map((one) => JobId.parse(one)) } };
          });
        put(target);
        try {
          await client.call('jobs.move', {
            job_id: id,
            place: move.place,
            other_job_id: JobId.parse(move.otherId),
          });
        } catch (error) {
          put(before.waiting.indexOf(id));
          throw error;
        }
      }),
    pauseQueue: (when: NonNullable<CommandInput<'queue.pause'>['when']>) =>
      attempt(async () => void (await client.call('queue.pause', { when }))),
    resumeQueue: () => attempt(async () => void (await client.call('queue.resume', {}))),
    /** The same request once more, as a new job. */
    runAgain: ({ id, status }: Pick<Job, 'id' | 'status'>) =>
      queued(() =>
        status === 'failed' || status === 'canceled'
          ? client.call('jobs.retry', { job_id: id })
          : client.call('jobs.duplicate', { job_id: id }),
      ),
    /** The same request at another size. */
    runSmaller: ({ request }: Pick<Job, 'request'>, width: number, height: number) =>
      queued(() => client.call('jobs.generate', { request: { ...request, width, height }, origin: 'window' })),
    removeJob: (jobId: string) =>
      attempt(async () => {
        await client.call('jobs.remove', { job_id: JobId.parse(jobId) });
      }),
    askToClear: (clearing: Clearing | null) => set({ clearing }),
    clearQueue: (what: Clearing) =>
      attempt(async () => {
        set({ clearing: null });
        const { canceled, removed } = await client.call('queue.clear', { what });
        tell({ kind: 'cleared', what, count: canceled + removed });
      }),
  };
}
