import { Failed, failures } from '../../core/contract/failure.ts';
import { JobId, ModelId } from '../../core/contract/ids.ts';
import type { Artifact } from '../../core/contract/job.ts';
import { Unreachable, type WindowClient } from '../client/client.ts';
import { createAddActions } from './add-actions.ts';
import { countsOf, isFiltering, queryOf } from './counts.ts';
import { draftOf, drawSeed, requestOf } from './draft.ts';
import { createLibraryActions } from './library-actions.ts';
import { createQueueActions } from './queue/queue-actions.ts';
import { draftModel, runningJob, sortOf, waitingJobs, whyNotRunnable } from './selectors.ts';
import { createSettingsActions } from './settings/settings-actions.ts';
import {
  type AppState,
  type Draft,
  emptyDraft,
  type Filter,
  type Layout,
  type NoticeText,
  noFilter,
  type Problem,
  paneWidths,
  type Screen,
  type Sort,
  type StudioSelection,
} from './state.ts';
import type { AppStore } from './store.ts';
import { indexModels, withJob } from './sync.ts';

const pageSize = 200;
/** So many models the palette shows: who wants more searches the library. */
const paletteModels = 6;
const searchDelayMs = 60;
const settleMs = 250;

/** What went wrong, as data for the screen. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Failed) return { code: error.failure.code, message: error.failure.message };
  if (error instanceof Unreachable) return { code: 'unreachable', message: null };
  // A bug: the window says so instead of standing still, and the console has the rest.
  console.error(error);
  return { code: 'internal', message: failures.internal.sentence };
}

/** Every intent of the window: it goes to the core as a command, or changes the view. Nothing else writes the store but events. */
export function createActions(store: AppStore, client: WindowClient, random: () => number = Math.random) {
  const { getState: get, setState: set } = store;
  const patch = (make: (state: AppState) => Partial<AppState>) => set(make);
  let noticeId = 0;
  let listingRun = 0;
  let searchTimer: ReturnType<typeof setTimeout> | undefined;
  let settleTimer: ReturnType<typeof setTimeout> | undefined;

  const tell = (notice: NoticeText) => {
    noticeId += 1;
    set({ notice: { ...notice, id: noticeId } });
  };

  /** Runs what may fail with nothing but a notice to show for it. */
  const attempt = async <Result>(act: () => Promise<Result>): Promise<Result | null> => {
    try {
      return await act();
    } catch (error) {
      const { code, message } = problemOf(error);
      tell({ kind: 'problem', text: message ?? code });
      return null;
    }
  };

  const askPage = (filter: Filter, cursor: string | null) =>
    client.call('models.list', {
      ...queryOf(filter),
      sort: sortOf(get()),
      limit: pageSize,
      ...(cursor !== null && { cursor }),
    });

  const loadListing = async () => {
    listingRun += 1;
    const run = listingRun;
    const { filter } = get().listing;
    try {
      const [page, facets] = await Promise.all([
        askPage(filter, null),
        isFiltering(filter) ? client.call('models.counts', queryOf(filter)) : null,
      ]);
      if (run !== listingRun) return;
      patch((state) => ({
        facets: facets ? countsOf(facets) : state.counts,
        models: indexModels(state.models, page.models),
        listing: {
          filter,
          ids: page.models.map((model) => model.model_id),
          total: page.total,
          nextCursor: page.next_cursor,
          phase: 'ready',
          problem: null,
        },
      }));
    } catch (error) {
      if (run !== listingRun) return;
      patch((state) => ({ listing: { ...state.listing, phase: 'failed', problem: problemOf(error) } }));
      throw error;
    }
  };

  /** Reads on until row `index` is there. Pages come in order: a cursor only follows the page before it. */
  const loadUntil = async (index: number) => {
    const run = listingRun;
    while (run === listingRun) {
      const { listing } = get();
      if (listing.phase === 'loading' || listing.nextCursor === null || listing.ids.length > index) return;
      patch((state) => ({ listing: { ...state.listing, phase: 'loading' } }));
      const page = await attempt(() => askPage(listing.filter, listing.nextCursor));
      if (run !== listingRun) return;
      patch((state) => ({
        models: indexModels(state.models, page?.models ?? []),
        listing: {
          ...state.listing,
          ids: [...new Set([...state.listing.ids, ...(page?.models.map(({ model_id }) => model_id) ?? [])])],
          nextCursor: page?.next_cursor ?? null,
          phase: 'ready',
        },
      }));
    }
  };

  const loadCounts = async () => {
    const counts = countsOf(await client.call('models.counts', {}));
    patch(({ listing, facets }) => ({ counts, facets: isFiltering(listing.filter) ? facets : counts }));
  };

  const loadGenerators = async () => {
    const { models } = await client.call('models.list', { type: 'diffusion', limit: 500 });
    const { starter_model_id } = get().status ?? {};
    patch((state) => ({
      models: indexModels(state.models, models),
      generatorIds: models
        .toSorted((a, b) => Number(b.model_id === starter_model_id) - Number(a.model_id === starter_model_id))
        .map(({ model_id }) => model_id),
    }));
  };

  const loadDetails = async (modelId: string) => {
    const model_id = ModelId.parse(modelId);
    const [record, { pictures }] = await Promise.all([
      client.call('models.show', { model_id }),
      client.call('pictures.list', { model_id, limit: 4 }),
    ]);
    patch((state) => ({
      details: { ...state.details, [modelId]: record },
      madeWith: { ...state.madeWith, [modelId]: pictures },
    }));
  };

  const doors = { problemOf, tell, attempt, loadDetails };
  const library = createLibraryActions(store, client, doors);
  const { loadHealth } = library;
  const settings = createSettingsActions(store, client, doors);
  const { readQueue, ...queue } = createQueueActions(store, client, doors);

  const takeSnapshot = async () => {
    const status = await client.call('app.status', {});
    set({ status });
    const [jobs, pictures, withQueue] = await Promise.all([
      client.call('jobs.list', { limit: 100 }),
      client.call('pictures.list', { limit: 200 }),
      readQueue(),
      loadListing(),
      loadCounts(),
      loadGenerators(),
    ]);
    patch((state) =>
      withQueue(
        jobs.jobs.reduce(withJob, { ...state, jobs: {}, jobIds: [], previews: {}, pictures: pictures.pictures }),
      ),
    );
    return status.event_sequence;
  };

  const modelsMoved = () => {
    clearTimeout(settleTimer);
    settleTimer = setTimeout(() => {
      const { screen, selectedId } = get();
      void attempt(() =>
        Promise.all([
          loadListing(),
          loadCounts(),
          loadGenerators(),
          screen === 'health' ? loadHealth() : null,
          selectedId === null ? null : loadDetails(selectedId),
        ]),
      );
    }, settleMs);
  };

  const setFilter = (change: Partial<Filter>, delayMs = 0) => {
    patch((state) => ({ listing: { ...state.listing, filter: { ...state.listing.filter, ...change } } }));
    clearTimeout(searchTimer);
    searchTimer = setTimeout(() => void attempt(loadListing), delayMs);
  };

  const setDraft = (change: Partial<Draft>) => patch((state) => ({ draft: { ...state.draft, ...change } }));

  const cancelJob = (jobId: string) =>
    attempt(async () => {
      const job = await client.call('jobs.cancel', { job_id: JobId.parse(jobId) });
      patch((state) => withJob(state, job));
    });

  return {
    takeSnapshot,
    modelsMoved,
    loadUntil,
    ...createAddActions(store, client, doors),
    ...library,
    ...queue,
    ...settings,

    navigate(screen: Screen) {
      set({ screen });
      if (screen === 'health') void attempt(loadHealth);
      if (screen === 'settings') void settings.loadSettings();
    },
    leaveWelcome: () => set({ hasSeenWelcome: true }),
    setLayout: (layout: Layout) => set({ layout }),
    setPaneWidth: (width: number) =>
      set({ paneWidth: Math.round(Math.min(paneWidths.max, Math.max(paneWidths.min, width))) }),
    toggleFold: (name: string) =>
      patch(({ openFolds }) => ({
        openFolds: openFolds.includes(name) ? openFolds.filter((open) => open !== name) : [...openFolds, name],
      })),
    openPalette: () => set({ isPaletteOpen: true }),
    closePalette: () => set({ isPaletteOpen: false }),
    findModels: (query: string) =>
      attempt(async () => {
        const { models } = await client.call('models.list', { query, limit: paletteModels });
        patch((state) => ({ models: indexModels(state.models, models) }));
        return models;
      }),
    dismissNotice: () => set({ notice: null }),
    tell,

    search(query: string) {
      if (query === '') set({ searchSort: 'relevance' });
      set({ screen: 'models' });
      setFilter({ query }, searchDelayMs);
    },
    setFilter,
    setSort(sort: Sort) {
      set(get().listing.filter.query === '' ? { sort } : { searchSort: sort });
      void attempt(loadListing);
    },
    clearFilters: () => setFilter(noFilter),
    retryListing: () => void attempt(loadListing),

    selectModel(modelId: string | null, isPaneOpen = true) {
      set({ selectedId: modelId, isPaneOpen });
      if (modelId !== null) void attempt(() => loadDetails(modelId));
    },
    closePane: () => set({ isPaneOpen: false }),
    showModel(modelId: string) {
      set({ screen: 'models', selectedId: modelId, isPaneOpen: true });
      void attempt(() => loadDetails(modelId));
    },
    generateWith(modelId: string) {
      patch((state) => ({
        screen: 'generate',
        draft:
          state.draft.modelId === modelId
            ? state.draft
            : {
                ...emptyDraft,
                prompt: state.draft.prompt,
                negativePrompt: state.draft.negativePrompt,
                count: state.draft.count,
                modelId,
              },
      }));
    },
    setDraft,
    resetDraft: () =>
      patch(({ draft }) => ({
        draft: { ...emptyDraft, modelId: draft.modelId, prompt: draft.prompt, negativePrompt: draft.negativePrompt },
      })),
    newSeed: () => setDraft({ seed: drawSeed(random) }),
    generate: () =>
      attempt(async () => {
        const model = draftModel(get());
        if (!model || whyNotRunnable(model) !== null) return;
        const job = await client.call('jobs.generate', { request: requestOf(get().draft, model), origin: 'window' });
        patch((state) => {
          const running = runningJob(state);
          const isBehind = running !== null && running.id !== job.id;
          return {
            ...withJob(state, job),
            hasSeenWelcome: true,
            studio: isBehind ? state.studio : { kind: 'job', jobId: job.id },
          };
        });
      }),
    retryJob: (jobId: string) =>
      attempt(async () => {
        const request = get().jobs[jobId]?.request;
        if (!request) return;
        const job = await client.call('jobs.generate', { request, origin: 'window' });
        patch((state) => ({ ...withJob(state, job), studio: { kind: 'job', jobId: job.id } }));
      }),
    cancelJob,
    /** Cancels what runs, or what waits when nothing does: Escape on the Generate screen. */
    cancelCurrent: () => {
      const job = runningJob(get()) ?? waitingJobs(get())[0];
      if (job) void cancelJob(job.id);
    },
    selectInStudio: (studio: StudioSelection) => set({ studio }),
    showJob: (jobId: string) => set({ screen: 'generate', studio: { kind: 'job', jobId } }),
    useSettings: (artifact: Artifact) =>
      attempt(async () => {
        const { request } = await client.call('jobs.show', { job_id: artifact.job_id });
        set({ draft: draftOf(request, artifact.seed) });
      }),

    copyText: (text: string, said: string) =>
      attempt(async () => {
        await navigator.clipboard.writeText(text);
        tell({ kind: 'done', text: said });
      }),
    reveal: (path: string) => attempt(async () => client.desktop?.revealPath(path)),
    canReveal: client.desktop !== null,
    canPickFolder: client.desktop !== null,
    platform: client.platform,
    pictureUrl: (artifact: Artifact) => client.pictureUrl(artifact),
  };
}

export type Actions = ReturnType<typeof createActions>;
