import type { WindowClient } from './client.ts';
import { createHttpClient } from './http-client.ts';
import { createIpcClient } from './ipc-client.ts';

/** The client for where this window is: the desktop shell has put its bridge there, a browser has not. */
export function createClient(): WindowClient {
  if (window.vitrine) return createIpcClient(window.vitrine);
  return createHttpClient({
    fetch: (input, init) => window.fetch(input, init),
    openEvents: (url) => new EventSource(url),
    platform: /mac/i.test(navigator.userAgent) ? 'darwin' : 'linux',
  });
}
