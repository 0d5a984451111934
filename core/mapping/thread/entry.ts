import { parentPort } from 'node:worker_threads';
import { makeLinkNow } from './make-link-now.ts';
import type { LinkWish } from './messages.ts';

parentPort?.on('message', (message: unknown) => {
  // Our own process asks, with a type that the compiler knows: a checker here would take longer to load than a thousand links.
  parentPort?.postMessage((message as readonly LinkWish[]).map(makeLinkNow));
});
