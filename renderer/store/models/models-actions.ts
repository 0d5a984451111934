import { ModelId } from '../../../core/contract/ids.ts';
import type { ModelPage } from '../../../core/contract/library/model.ts';
import type { WindowClient } from '../../client/client.ts';
import type { Doors } from '../doors.ts';
import { problemOf } from '../problem.ts';
import { sortOf } from '../selectors.ts';
import type { AppStore } from '../store.ts';
import { indexModels, withoutFarModels } from '../sync.ts';
import { countsOf, isFiltering, queryOf, rowsQuery } from './counts.ts';
import { idAt, type RowCount, rowOf, withPage } from './listing.ts';
import { type Filter, type Layout, type Listing, noFilter, pageSize, paneWidths, type Sort } from './models-part.ts';

/** The most that one listing of the core answers with. */
const mostAtOnce = 500;
/** What stands around the rows is asked for once nobody types: the core answers one after the other, and the next letter's rows would wait. */
const restMs = 350;
/** Ids that hold another id are few. */
const sameIdLimit = 20;
const nobody: ReadonlySet<string> = new Set();

/** The listing of models: what is asked for, what is in sight, what is selected and picked. */
export function createModelsActions({ getState: get, setState: set }: AppStore, client: WindowClient, doors: Doors) {
  const { attempt, patch } = doors;
  let listingRun = 0;
  let isListing = false;
  let isListingStale = false;
  let restTimer: ReturnType<typeof setTimeout> | undefined;
  let listedAt = 0;
  const asked = new Set<number>();
  /** By model, the newest of the questions for its details that are under way. */
  const detailsRuns = new Map<string, symbol>();
  /** What the total is known of. */
  let counted: Filter | null = null;

  const askRows = (filter: Filter, offset: number, limit: number, isCounted = counted === filter) =>
    client.call('models.list', rowsQuery(filter, sortOf(get()), offset, limit, isCounted));

  const countOf = (filter: Filter, { total, may_be_more }: ModelPage, before: Listing): RowCount => {
    if (may_be_more !== true) {
      counted = filter;
      return { total, isTotalExact: true };
    }
    // As many as before: a scroll bar stays as it is while somebody types.
    return { total: Math.max(total, before.total), isTotalExact: counted === filter };
  };

  /** Reads the listing anew, from the rows that are in sight. */
  const loadListing = async () => {
    listingRun += 1;
    const run = listingRun;
    asked.clear();
    const { filter } = get().listing;
    const page = Math.floor(get().topRow / pageSize);
    try {
      let at = page;
      let read = await askRows(filter, at * pageSize, pageSize);
      if (read.models.length === 0 && read.total > 0 && at > 0) {
        at = 0;
        read = await askRows(filter, 0, pageSize);
      }
      if (run !== listingRun) return;
      patch((state) => ({
        models: indexModels(state.models, read.models),
        listing: withPage(
          { ...state.listing, filter: state.listing.filter, pages: {} },
          at,
          read.models.map(({ model_id }) => model_id),
          countOf(filter, read, state.listing),
        ),
      }));
    } catch (error) {
      if (run !== listingRun) return;
      patch((state) => ({ listing: { ...state.listing, phase: 'failed', problem: problemOf(error) } }));
      throw error;
    }
  };

  /** For a search that found nothing: the name that begins as it does, in the whole library. */
  const findNearest = async () => {
    const { filter, total } = get().listing;
    const words = filter.query.trim();
    if (total > 0 || words.length < 4) return;
    for (const share of [0.75, 0.5]) {
      const query = words.slice(0, Math.max(3, Math.round(words.length * share)));
      const { models } = await client.call('models.list', { query, sort: 'relevance', limit: 1 });
      const [nearest] = models;
      if (get().listing.filter !== filter) return;
      if (nearest) {
        patch(({ listing }) => ({ listing: { ...listing, nearestName: nearest.name } }));
        return;
      }
    }
  };

  const loadFacets = async () => {
    const { filter } = get().listing;
    if (!isFiltering(filter)) {
      patch(({ counts }) => ({ facets: counts, facetsFilter: filter }));
      return;
    }
    const facets = countsOf(await client.call('models.counts', queryOf(filter)));
    patch(({ listing }) => {
      if (listing.filter !== filter) return {};
      counted = filter;
      return { facets, facetsFilter: filter, listing: { ...listing, total: facets.all, isTotalExact: true } };
    });
  };

  /** Does what nobody waits for once nobody types. */
  const atRest = (act: () => void): void => {
    setTimeout(() => (performance.now() - listedAt < restMs ? atRest(act) : act()), restMs);
  };

  /** As fast as the core answers, never two at once: while one listing is read, only the newest wish is remembered. */
  const list = async () => {
    isListingStale = true;
    listedAt = performance.now();
    clearTimeout(restTimer);
    if (isListing) return;
    isListing = true;
    try {
      while (isListingStale) {
        isListingStale = false;
        await attempt(loadListing);
      }
    } finally {
      isListing = false;
    }
    restTimer = setTimeout(async () => {
      await attempt(findNearest);
      await attempt(loadFacets);
    }, restMs);
  };

  /** Reads pages of the listing that came into sight. */
  const loadPages = async (wanted: readonly number[]) => {
    const run = listingRun;
    const { listing } = get();
    if (listing.phase === 'failed') return;
    const pages = wanted.filter((page) => !asked.has(page));
    for (const page of pages) asked.add(page);
    await Promise.all(
      pages.map(async (page) => {
        const read = await attempt(() => askRows(listing.filter, page * pageSize, pageSize));
        asked.delete(page);
        if (read === null || run !== listingRun) return;
        patch((state) =>
          withoutFarModels({
            ...state,
            models: indexModels(state.models, read.models),
            listing: withPage(
              state.listing,
              page,
              read.models.map(({ model_id }) => model_id),
              countOf(listing.filter, read, state.listing),
            ),
          }),
        );
      }),
    );
  };

  /** The ids of rows `from` to `until`, whether they are in sight or not. */
  const idsBetween = async (from: number, until: number) => {
    const { listing } = get();
    const ids: string[] = [];
    for (let at = from; at < until; ) {
      const id = idAt(listing, at);
      if (id !== undefined) {
        ids.push(id);
        at += 1;
        continue;
      }
      const { models } = await askRows(listing.filter, at, Math.min(mostAtOnce, until - at));
      if (models.length === 0) break;
      ids.push(...models.map(({ model_id }) => model_id));
      at += models.length;
    }
    return ids;
  };

  const loadDetails = async (modelId: string) => {
    const model_id = ModelId.parse(modelId);
    const run = Symbol(modelId);
    detailsRuns.set(modelId, run);
    // One that is not in sight is found by its id, which is searched like a name.
    const isKnown = get().models[modelId] !== undefined;
    const [record, { pictures, total }, found] = await Promise.all([
      client.call('models.show', { model_id }),
      client.call('pictures.list', { model_id, limit: 4 }),
      isKnown ? null : client.call('models.list', { query: modelId, sort: 'relevance', limit: sameIdLimit }),
    ]);
    // What was asked before may be answered after.
    if (detailsRuns.get(modelId) !== run) return;
    detailsRuns.delete(modelId);
    patch((state) => ({
      models: indexModels(state.models, found?.models.filter((model) => model.model_id === modelId) ?? []),
      details: { ...state.details, [modelId]: record },
      madeWith: { ...state.madeWith, [modelId]: { pictures, total } },
    }));
  };

  const setFilter = (change: Partial<Filter>) => {
    patch((state) => ({
      topRow: 0,
      pickedIds: nobody,
      pickAnchor: -1,
      listing: { ...state.listing, filter: { ...state.listing.filter, ...change } },
    }));
    void list();
  };

  const selectModel = (modelId: string | null, isPaneOpen = true) => {
    const row = rowOf(get().listing, modelId);
    set({ selectedId: modelId, isPaneOpen, pickedIds: nobody, pickAnchor: row, activeRow: row });
    if (modelId !== null) void attempt(() => loadDetails(modelId));
  };

  const pick = (pickedIds: ReadonlySet<string>) => set({ pickedIds });

  return {
    atRest,
    loadListing,
    loadFacets,
    loadPages,
    loadDetails,
    readDetails: (modelId: string) => attempt(() => loadDetails(modelId)),
    setFilter,
    search(query: string) {
      if (query === '') set({ searchSort: 'relevance' });
      set({ screen: 'models' });
      setFilter({ query });
    },
    setSort(sort: Sort) {
      set({ topRow: 0, ...(get().listing.filter.query === '' ? { sort } : { searchSort: sort }) });
      void list();
    },
    clearFilters: () => setFilter(noFilter),
    retryListing: () => void list(),
    setTopRow: (topRow: number) => {
      if (get().topRow !== topRow) set({ topRow });
    },
    setLayout: (layout: Layout) => set({ layout }),
    setPaneWidth: (width: number) =>
      set({ paneWidth: Math.round(Math.min(paneWidths.max, Math.max(paneWidths.min, width))) }),

    selectModel,
    /** Selects what stands in that row, read or not. */
    selectRow: (row: number, isPaneOpen: boolean) =>
      attempt(async () => {
        const known = idAt(get().listing, row);
        const [id] = known === undefined ? await idsBetween(row, row + 1) : [known];
        if (id === undefined) return;
        selectModel(id, isPaneOpen && get().isPaneOpen);
        set({ activeRow: row, pickAnchor: row });
      }),
    /** Takes one more, or one less, to those that are acted on together. */
    togglePick(modelId: string) {
      const { pickedIds, selectedId, listing } = get();
      const next = new Set(pickedIds.size === 0 && selectedId !== null ? [selectedId] : pickedIds);
      if (!next.delete(modelId)) next.add(modelId);
      const [only] = next;
      const isOne = next.size === 1 && only !== undefined;
      set({
        selectedId: isOne ? only : modelId,
        pickedIds: isOne ? nobody : next,
        pickAnchor: rowOf(listing, modelId),
        activeRow: rowOf(listing, modelId),
        isPaneOpen: true,
      });
      if (isOne) void attempt(() => loadDetails(only));
    },
    /** All from where picking began to that row. */
    pickUntil: (row: number) =>
      attempt(async () => {
        const { listing, selectedId, pickAnchor } = get();
        const anchor = pickAnchor >= 0 ? pickAnchor : Math.max(0, rowOf(listing, selectedId));
        const ids = await idsBetween(Math.min(anchor, row), Math.max(anchor, row) + 1);
        const at = ids[row >= anchor ? ids.length - 1 : 0];
        set({
          pickedIds: new Set(ids.length > 1 ? ids : []),
          pickAnchor: anchor,
          activeRow: row,
          isPaneOpen: true,
          ...(at !== undefined && { selectedId: at }),
        });
      }),
    pickAll: () =>
      attempt(async () => {
        const { filter, total, isTotalExact } = get().listing;
        const until = isTotalExact ? total : (await askRows(filter, 0, 1, true)).total;
        pick(new Set(await idsBetween(0, until)));
        set({ isPaneOpen: true });
      }),
    pickNone: () => pick(nobody),
    closePane: () => set({ isPaneOpen: false }),
    showModel(modelId: string) {
      set({ screen: 'models', selectedId: modelId, isPaneOpen: true, pickedIds: nobody });
      void attempt(() => loadDetails(modelId));
    },
  };
}
