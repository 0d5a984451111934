import type { Desktop } from '../client/client.ts';
import type { Actions } from './actions.ts';

type Wanted = Pick<Actions, 'addPaths' | 'pickFolder' | 'navigate' | 'showUpdates'>;

/** Does what the desktop shell asks: its menu, a file that was opened with the app, a second start; hears how it stands with updates. Returns what ends that. */
export function followShell(desktop: Desktop | null, actions: Wanted): () => void {
  if (desktop === null) return () => undefined;
  const stopUpdates = desktop.listenToUpdates(actions.showUpdates);
  const stopRequests = desktop.listenToShell((request) => {
    if (request.kind === 'go') actions.navigate(request.screen);
    else if (request.paths.length > 0) void actions.addPaths(request.paths);
    else void actions.pickFolder();
  });
  return () => {
    stopUpdates();
    stopRequests();
  };
}
