import { parentPort } from 'node:worker_threads';
import { lookNow } from './look-now.ts';
import { makeLinkNow } from './make-link-now.ts';
import type { ThreadRequest } from './messages.ts';

parentPort?.on('message', (message: unknown) => {
  // Our own process asks, with a type that the compiler knows: a checker here would take longer to load than a thousand links.
  const request = message as ThreadRequest;
  parentPort?.postMessage(request.kind === 'make' ? request.wishes.map(makeLinkNow) : request.looks.map(lookNow));
});
