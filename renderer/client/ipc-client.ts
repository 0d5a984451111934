import { type CommandName, type CommandOutput, commands } from '../../core/contract/command.ts';
import { SequencedEvent } from '../../core/contract/event.ts';
import { Failed } from '../../core/contract/failure.ts';
import { ShellRequest } from '../../core/contract/shell/shell-request.ts';
import { Updates } from '../../core/contract/shell/updates.ts';
import type { Bridge } from './bridge.ts';
import type { WindowClient } from './client.ts';

/** The page's own origin; in development that is the build server's, which has none. */
const origin = import.meta.env.DEV ? 'vitrine://app' : '';

/** Inside the desktop shell: commands over the preload's bridge, pictures from beside the page. */
export function createIpcClient(bridge: Bridge): WindowClient {
  return {
    async call<Name extends CommandName>(name: Name, input: unknown) {
      const answer = await bridge.call(name, input);
      if (!answer.ok) throw Failed.from(answer.failure);
      return commands[name].output.parse(answer.value) as CommandOutput<Name>;
    },
    listen(listener) {
      const stop = bridge.listen((message) => listener.event(SequencedEvent.parse(message)));
      listener.opened();
      return stop;
    },
    pictureUrl: (artifact) => `${origin}/pictures/${encodeURIComponent(artifact.id)}`,
    previewUrl: (modelId) => `${origin}/previews/${encodeURIComponent(modelId)}`,
    desktop: {
      pathOf: (file) => bridge.pathOf(file),
      pickFolder: () => bridge.pickFolder(),
      revealPath: (path) => bridge.revealPath(path),
      listenToShell: (listener) => bridge.listenToShell((request) => listener(ShellRequest.parse(request))),
      restart: () => bridge.restart(),
      setLanguage: (language) => bridge.setLanguage(language),
      showUpdates: async () => Updates.parse(await bridge.showUpdates()),
      actOnUpdates: async (act) => Updates.parse(await bridge.actOnUpdates(act)),
      listenToUpdates: (listener) => bridge.listenToUpdates((updates) => listener(Updates.parse(updates))),
    },
    platform: bridge.platform,
  };
}
