import { parentPort } from 'node:worker_threads';
import { linkStates } from '../links/entry-identity.ts';
import { lookNow } from './look-now.ts';
import { makeLinkNow } from './make-link-now.ts';
import type { MadeLinks, ThreadRequest } from './messages.ts';

parentPort?.on('message', (message: unknown) => {
  // Our own process asks, with a type that the compiler knows: a checker here would take longer to load than a thousand links.
  const request = message as ThreadRequest;
  parentPort?.postMessage(request.kind === 'make' ? request.wishes.map(makeLinkNow) : lookAtAll(request.links));
});

/** The place in {@link linkStates} of each link's state. */
function lookAtAll({ link: links, target: targets, source: sources, identity: identities }: MadeLinks): Uint8Array {
  return Uint8Array.from(links, (link, at) => {
    const [target, source, identity] = [targets[at], sources[at], identities[at]];
    if (target === undefined || source === undefined || identity === undefined) throw new Error('a field is missing');
    return linkStates.indexOf(lookNow({ link, target, source, identity }));
  });
}
