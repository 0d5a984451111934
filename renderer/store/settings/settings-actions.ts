import type { CommandInput } from '../../../core/contract/command.ts';
import type { Options } from '../../../core/contract/settings/options.ts';
import type { UpdateAct, Updates } from '../../../core/contract/shell/updates.ts';
import type { WindowClient } from '../../client/client.ts';
import type { AppState } from '../state.ts';
import type { AppStore } from '../store.ts';
import type { AppearancePart } from './appearance-part.ts';

interface SettingsDoors {
  readonly attempt: <Result>(act: () => Promise<Result>) => Promise<Result | null>;
}

/** What a person changes in Settings: the window's own looks at once, the core's settings by asking it. */
export function createSettingsActions(
  { getState: get, setState: set }: AppStore,
  client: WindowClient,
  { attempt }: SettingsDoors,
) {
  const patch = (make: (state: AppState) => Partial<AppState>) => set(make);
  let writing: Promise<unknown> = Promise.resolve();

  return {
    setAppearance: (change: Partial<AppearancePart>) => set(change),

    /** The native menu follows the window's language. */
    tellLanguage: (tag: string) => attempt(async () => client.desktop?.setLanguage(tag)),

    loadSettings: () =>
      Promise.all([
        attempt(async () => {
          const [{ options }, server] = await Promise.all([
            client.call('settings.get', {}),
            client.call('server.show', {}),
          ]);
          set({ options, server });
        }),
        // Apart: looking for graphics cards takes longer.
        attempt(async () => set({ doctor: await client.call('app.doctor', {}) })),
        attempt(async () => set({ updates: (await client.desktop?.showUpdates()) ?? null })),
      ]),

    /** Shown at once, and taken back when the core refuses it. One change after the other, in the order they were made. */
    setOptions(changes: Partial<Options>): Promise<unknown> {
      const before = get().options;
      patch(({ options }) => ({ options: options && { ...options, ...changes } }));
      writing = writing.then(async () => {
        const done = await attempt(async () => {
          const { options } = await client.call('settings.set', { changes });
          set({ options });
          return true;
        });
        if (done === null) set({ options: before });
      });
      return writing;
    },

    setServer: (change: CommandInput<'server.set'>) =>
      attempt(async () => set({ server: await client.call('server.set', change) })),

    /** Asks for a folder and keeps it as the library of the next start. */
    chooseLibrary: () =>
      attempt(async () => {
        const path = await client.desktop?.pickFolder();
        if (path == null) return null;
        const { library_path } = await client.call('app.chooseLibrary', { path });
        set({ nextLibrary: library_path });
        return library_path;
      }),
    showUpdates: (updates: Updates) => set({ updates }),
    actOnUpdates: (act: UpdateAct) =>
      attempt(async () => set({ updates: (await client.desktop?.actOnUpdates(act)) ?? null })),
    restart: () => attempt(async () => client.desktop?.restart()),

    unloadModel: () =>
      attempt(async () => {
        const runner = await client.call('runner.unload', {});
        patch(({ status }) => ({ status: status && { ...status, runner } }));
      }),
  };
}
