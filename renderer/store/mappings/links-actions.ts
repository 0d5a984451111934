import type { ModelId } from '../../../core/contract/ids.ts';
import type { WindowClient } from '../../client/client.ts';
import type { Doors } from '../doors.ts';
import type { AppStore } from '../store.ts';

/** Whether the links that stand lead to their models: all of them, and those of the model that is looked at. */
export function createLinksActions({ setState: set }: AppStore, client: WindowClient, { attempt }: Doors) {
  return {
    checkLinks: () =>
      attempt(async () => {
        set({ isCheckingLinks: true });
        try {
          set({ linkCheck: await client.call('mappings.check', {}) });
        } finally {
          set({ isCheckingLinks: false });
        }
      }),
    /** Only of the model that is looked at: those of others are read when they are. */
    readModelLinks: (id: string) =>
      attempt(async () => {
        const { links } = await client.call('mappings.links', { model_id: id as ModelId });
        set({ modelLinks: { [id]: links } });
      }),
  };
}
