import type { WindowClient } from '../../client/client.ts';
import type { Doors } from '../doors.ts';
import type { AppStore } from '../store.ts';
import { createApplyActions } from './apply-actions.ts';
import { createLinksActions } from './links-actions.ts';
import { createPlanActions } from './plan-actions.ts';

/** From an app and its folder to links in it, and back. Nothing in the folder changes before `applyPlan`. */
export function createMappingsActions(store: AppStore, client: WindowClient, doors: Doors) {
  const { getState: get } = store;
  const { attempt, patch } = doors;
  const { preview, previewAnew, loadApps, actions: planActions } = createPlanActions(store, client, doors);
  const { loadApplies, actions: applyActions } = createApplyActions(store, client, { ...doors, preview });
  const links = createLinksActions(store, client, doors);

  const readAgain = () => Promise.all([loadApplies(), previewAnew()]);

  return {
    ...planActions,
    ...applyActions,
    ...links,

    loadMappings: () =>
      attempt(async () => {
        await Promise.all([loadApps(), loadApplies()]);
        await previewAnew();
      }),
    /** A rule file of the user's own came, went or changed. */
    mappingRulesMoved: () => {
      if (get().mappingApps === null) return;
      void attempt(async () => {
        await loadApps();
        if (get().mappingTaskId === null) await readAgain();
      });
    },
    /** A link was made or taken back, by whomever. */
    mappingsMoved: () => {
      const { mappingTaskId, applies, modelLinks, linkCheck } = get();
      if (mappingTaskId === null && applies !== null) void attempt(readAgain);
      for (const id of Object.keys(modelLinks)) void links.readModelLinks(id);
      if (linkCheck !== null) void links.checkLinks();
    },
    /** Looks at nothing but broken links of that app, to make them anew. */
    mendLinks(app: string, root: string) {
      patch(({ mappingRoots }) => ({
        screen: 'mappings',
        mappingApp: app,
        mappingRoots: { ...mappingRoots, [app]: root },
        planView: null,
      }));
      const loadsApps = get().mappingApps === null;
      // Wanted before the screen that opens now asks for a plan of its own.
      const previewing = preview({ repairOnly: true });
      void attempt(() => Promise.all([previewing, loadApplies(), loadsApps ? loadApps() : null]));
    },
  };
}
