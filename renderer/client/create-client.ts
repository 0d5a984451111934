import type { WindowClient } from './client.ts';
import { createHttpClient } from './http-client.ts';
import { createIpcClient } from './ipc-client.ts';
import { callAfter, fetchAfter } from './take-ahead.ts';

/** The client for where this window is: the desktop shell has put its bridge there, a browser has not. */
export function createClient(): WindowClient {
  const { vitrine: bridge } = window;
  if (bridge) return createIpcClient({ ...bridge, call: callAfter(window, bridge.call) });
  return createHttpClient({
    fetch: fetchAfter(window, (input, init) => window.fetch(input, init)),
    openEvents: (url) => new EventSource(url),
    platform: /mac/i.test(navigator.userAgent) ? 'darwin' : 'linux',
  });
}
