import { workerData } from 'node:worker_threads';
import { z } from 'zod';
import { FillWork, fill, ReadWork, read } from './fill.ts';
import { ServeWork, serveRequests } from './serve-requests.ts';

const work = z.discriminatedUnion('work', [ServeWork, FillWork, ReadWork]).parse(workerData);
if (work.work === 'serve') serveRequests(work);
else if (work.work === 'read') read(work);
else await fill(work);
