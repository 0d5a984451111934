import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Commands, checkInput } from '../../contract/command.ts';
import { Failed } from '../../contract/failure.ts';
import { limits } from '../../contract/generate/generate.ts';
import { JobId } from '../../contract/ids.ts';
import { invalidInput } from '../../contract/invalid-input.ts';
import { JobStatus } from '../../contract/jobs/job.ts';
import type { JobEvent } from '../../contract/jobs/job-event.ts';
import { frameworkStatus } from '../failure-reply.ts';
import type { DoorLog, EventSource } from '../ports.ts';
import { readJobRequest } from './create-job.ts';
import { envelopeOf } from './errors.ts';
import { listModels, modelDetails, modelView } from './models.ts';
import { streamJob } from './progress-stream.ts';
import { artifactsView, jobView, logLine, progressView, queuedView, rowView } from './views.ts';

export interface V1Options {
  readonly commands: Commands;
  readonly events: EventSource;
  readonly log: DoorLog;
}

const retryAfterSeconds = '5';
const eventsPage = 2_000;

const ListQuery = z.object({
  status: JobStatus.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(20),
});
const timestamp = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const LogsQuery = z.object({
  tail: z.coerce.number().int().min(1).max(2_000).default(500),
  since_ts: timestamp.optional(),
});
const sequence = z.coerce.number().int().min(0);
const StreamQuery = z.object({ since_ts: timestamp.optional(), last_event_id: sequence.optional() });

/** `/v1`: jobs for programs. The answer ends every open stream. */
export function addV1Routes(app: FastifyInstance, { commands, events, log }: V1Options): () => void {
  const streams = new Set<() => void>();
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', requestId(request));
  });
  app.setErrorHandler((thrown, request, reply) => {
    const status = frameworkStatus(thrown);
    const reason = thrown instanceof Error ? thrown.message : 'not understood';
    const error = status === null ? thrown : new Failed('invalid_input', { field: 'body', reason });
    const answer = envelopeOf(error, requestId(request));
    if (answer.body.code === 'internal') log.error({ err: thrown, correlation_id: requestId(request) }, 'bug');
    const code = status !== null && status !== 400 ? status : answer.status;
    if (code === 429 || code === 503) reply.header('retry-after', retryAfterSeconds);
    return reply.code(code).send(answer.body);
  });
  app.setNotFoundHandler((request) => {
    throw new Failed('not_found', { what: 'address', id: request.url.slice(0, 200) });
  });

  app.get('/', async () => ({ service: 'vitrine', version: 'v1' }));
  app.get('/capabilities', async () => {
    const { limit } = await commands['queue.show']({});
    return {
      queue_limit: limit,
      max_count: limits.maxCount,
      min_side: limits.minSide,
      max_side: limits.maxSide,
      max_steps: limits.maxSteps,
      upscale_scales: [2, 4],
    };
  });
  app.post('/jobs', async (request, reply) => {
    const key = request.headers['idempotency-key'];
    const input = readJobRequest(request.body, typeof key === 'string' && key !== '' ? key : null);
    const job = await commands['jobs.generate'](checkInput('jobs.generate', input));
    return reply.code(202).send(queuedView(job));
  });
  app.get('/jobs', async (request) => {
    const { status, limit } = checked(ListQuery, request.query);
    const { jobs } = await commands['jobs.list']({ limit, sort: 'updated', ...(status && { status }) });
    return { jobs: jobs.map(rowView) };
  });
  app.get('/jobs/:id', async (request) => jobView(await jobOf(request)));
  app.get('/jobs/:id/artifacts', async (request) =>
    artifactsView(await jobOf(request), `${request.protocol}://${request.host}`, Date.now()),
  );
  app.get('/jobs/:id/progress', async (request) => progressView(await jobOf(request)));
  app.post('/jobs/:id/cancel', async (request) => jobView(await commands['jobs.cancel']({ job_id: idOf(request) })));
  app.get('/jobs/:id/logs', async (request, reply) => {
    const { tail, since_ts } = checked(LogsQuery, request.query);
    const job = await jobOf(request);
    const lines = (await allEvents(job.id))
      .filter(({ at }) => since_ts === undefined || Date.parse(at) > since_ts)
      .slice(-tail)
      .map((event) => `${JSON.stringify(logLine(job, event))}\n`);
    return reply.type('application/x-ndjson; charset=utf-8').send(lines.join(''));
  });
  app.get('/jobs/:id/progress/stream', async (request, reply) => {
    const query = checked(StreamQuery, request.query);
    const header = sequence.safeParse(request.headers['last-event-id']);
    const { id: jobId } = await jobOf(request);
    reply.hijack();
    const after = header.success ? header.data : (query.last_event_id ?? 0);
    const end = streamJob(reply.raw, { jobId, after, sinceMs: query.since_ts ?? null }, { commands, events });
    streams.add(end);
    reply.raw.on('close', () => {
      streams.delete(end);
      end();
    });
  });
  app.get('/models', async () => ({ models: (await listModels(commands)).map(modelView) }));
  // Model ids hold slashes, plain or as %2F.
  app.get('/models/*', (request) => modelDetails(commands, String((request.params as { '*': string })['*'])));

  return () => {
    for (const end of streams) end();
  };

  function jobOf(request: FastifyRequest) {
    return commands['jobs.show']({ job_id: idOf(request) });
  }

  async function allEvents(jobId: JobId): Promise<readonly JobEvent[]> {
    const found: JobEvent[] = [];
    for (;;) {
      const after = found.at(-1)?.sequence ?? 0;
      const { events: page } = await commands['jobs.events']({ job_id: jobId, after, limit: eventsPage });
      found.push(...page);
      if (page.length < eventsPage) return found;
    }
  }
}

/** What is no id names no job: a lookup of it is the same "not found" as of one that is gone. */
function idOf(request: FastifyRequest): JobId {
  const { id } = request.params as { readonly id: string };
  const read = JobId.safeParse(id);
  if (!read.success) throw new Failed('not_found', { what: 'job', id: id.slice(0, 100) });
  return read.data;
}

function checked<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const result = schema.safeParse(given);
  if (!result.success) throw invalidInput(result.error);
  return result.data;
}

/** The caller's own id for its request where it is one that can stand in a log, else ours. */
function requestId(request: FastifyRequest): string {
  const given = request.headers['x-client-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : request.id;
}
