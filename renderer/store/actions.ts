import type { Artifact } from '../../core/contract/jobs/job.ts';
import type { WindowClient } from '../client/client.ts';
import { createAddActions } from './add/add-actions.ts';
import { openDoors } from './doors.ts';
import { createGenerateActions } from './generate/generate-actions.ts';
import { createPictureActions } from './generate/picture-actions.ts';
import { createHealthActions } from './health/health-actions.ts';
import { createMappingsActions } from './mappings/mappings-actions.ts';
import { createBulkActions } from './models/bulk-actions.ts';
import { countsOf, isFiltering } from './models/counts.ts';
import { createLibraryActions } from './models/library-actions.ts';
import { createModelsActions } from './models/models-actions.ts';
import { createQueueActions } from './queue/queue-actions.ts';
import { createSettingsActions } from './settings/settings-actions.ts';
import type { Screen } from './state.ts';
import type { AppStore } from './store.ts';
import { indexModels, withJob } from './sync.ts';

/** So many models the palette shows: who wants more searches the library. */
const paletteModels = 6;
const settleMs = 250;
/** While changes go on and on, the screen follows this often. */
const followMs = 2000;

/** Every intent of the window: it goes to the core as a command, or changes the view. Nothing else writes the store but events. */
export function createActions(store: AppStore, client: WindowClient, random: () => number = Math.random) {
  const { getState: get, setState: set } = store;
  const doors = openDoors(store);
  const { attempt, patch, tell } = doors;
  let settleTimer: ReturnType<typeof setTimeout> | undefined;
  let firstMovedAt: number | null = null;

  const models = createModelsActions(store, client, doors);
  const bulk = createBulkActions(store, client, doors);
  const { onHealth, ...health } = createHealthActions(store, client, { ...doors, checkMany: bulk.checkMany });
  const library = createLibraryActions(store, client, { ...doors, loadDetails: models.loadDetails, onHealth });
  const generate = createGenerateActions(store, client, doors, random);
  const { loadHealth } = health;

  const loadCounts = async () => {
    const counts = countsOf(await client.call('models.counts', {}));
    patch(({ listing: { filter } }) => ({
      counts,
      ...(!isFiltering(filter) && { facets: counts, facetsFilter: filter }),
    }));
  };

  const mappings = createMappingsActions(store, client, doors);
  const settings = createSettingsActions(store, client, doors);
  const { readQueue, ...queue } = createQueueActions(store, client, doors);

  const takeSnapshot = async () => {
    const status = await client.call('app.status', {});
    set({ status });
    const [, , jobs, pictures, withQueue] = await Promise.all([
      // First what is looked at first.
      models.loadListing(),
      loadCounts(),
      client.call('jobs.list', { limit: 100 }),
      client.call('pictures.list', { limit: 100 }),
      readQueue(),
      models.loadFacets(),
    ]);
    // Behind what is looked at: whether links in other apps' folders still hold is part of the count of what is wrong.
    models.atRest(() => {
      void attempt(generate.loadGenerators);
      void mappings.checkLinks();
    });
    patch((state) =>
      withQueue(
        jobs.jobs.reduce(withJob, {
          ...state,
          jobs: {},
          jobIds: [],
          previews: {},
          pictures: pictures.pictures,
          picturesCursor: pictures.next_cursor,
        }),
      ),
    );
    return status.event_sequence;
  };

  const modelsMoved = () => {
    const now = Date.now();
    firstMovedAt ??= now;
    clearTimeout(settleTimer);
    settleTimer = setTimeout(
      () => {
        firstMovedAt = null;
        const { screen, selectedId } = get();
        void attempt(() =>
          Promise.all([
            models.loadListing(),
            loadCounts(),
            models.loadFacets(),
            generate.loadGenerators(),
            screen === 'health' ? loadHealth() : null,
            selectedId === null ? null : models.loadDetails(selectedId),
          ]),
        );
      },
      Math.min(settleMs, Math.max(0, firstMovedAt + followMs - now)),
    );
  };

  return {
    takeSnapshot,
    readAhead: () => (get().screen === 'models' ? models.loadListing().catch(() => undefined) : undefined),
    modelsMoved,
    ...models,
    ...library,
    ...generate,
    ...bulk,
    ...health,
    ...createAddActions(store, client, doors),
    ...createPictureActions(store, client, doors),
    ...queue,
    ...settings,
    ...mappings,

    navigate(screen: Screen) {
      set({ screen });
      if (screen === 'health') {
        void attempt(loadHealth);
        void mappings.checkLinks();
      }
      if (screen === 'mappings') void mappings.loadMappings();
      if (screen === 'settings') void settings.loadSettings();
    },
    leaveWelcome: () => set({ hasSeenWelcome: true }),
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
    previewUrl: (modelId: string) => client.previewUrl(modelId),
  };
}

export type Actions = ReturnType<typeof createActions>;
