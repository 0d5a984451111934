import { parentPort } from 'node:worker_threads';
import { z } from 'zod';
import { makeLinkNow } from './make-link-now.ts';
import { LinkWish } from './messages.ts';

parentPort?.on('message', (message: unknown) => {
  parentPort?.postMessage(z.array(LinkWish).parse(message).map(makeLinkNow));
});
