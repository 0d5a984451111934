import type { FastifyInstance } from 'fastify';
import type { Commands } from '../../contract/command.ts';
import { Failed } from '../../contract/failure.ts';
import type { Job } from '../../contract/job.ts';
import { frameworkStatus } from '../failure-reply.ts';
import type { DoorLog, EventSource } from '../ports.ts';
import { findCheckpoint, listCheckpoints } from './checkpoints.ts';
import { coerce, refusals } from './coercion.ts';
import { errorOf, raised, validationError } from './errors.ts';
import { img2img } from './img2img.ts';
import type { PicturePorts } from './make-pictures.ts';
import { defaultOptions, type OptionValue, requireKnownOptions } from './options.ts';
import { progressOf } from './progress.ts';
import { samplerRows, schedulerRows } from './sampler-name.ts';
import { txt2img } from './txt2img.ts';

export interface SdapiOptions {
  readonly commands: Commands;
  readonly events: EventSource;
  readonly log: DoorLog;
  readonly version: string;
  readonly isClosing: () => boolean;
}

/** The paths below `/sdapi/v1` and their methods. */
const routes: Readonly<Record<string, 'GET' | 'POST'>> = {
  txt2img: 'POST',
  img2img: 'POST',
  progress: 'GET',
  interrupt: 'POST',
  skip: 'POST',
  'sd-models': 'GET',
  samplers: 'GET',
  schedulers: 'GET',
};

/** The door for clients of stable-diffusion-webui's HTTP interface: its paths, bodies, coercions, defaults and errors. */
export function addSdapiRoutes(app: FastifyInstance, options: SdapiOptions): void {
  const { commands, events, log, version, isClosing } = options;
  const session = new Map<string, OptionValue>(Object.entries(defaultOptions));
  const preview = latestPreview(events);
  app.addHook('onClose', preview.close);

  app.removeAllContentTypeParsers();
  // Clients send JSON under any media type, and no body at all where they have nothing to say.
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, String(body).trim() === '' ? undefined : JSON.parse(String(body)));
    } catch (error) {
      const position = Number(/position (\d+)/.exec(String(error))?.[1] ?? String(body).length);
      done(validationError([{ loc: ['body', position], msg: 'Expecting value', type: 'value_error.jsondecode' }]));
    }
  });
  app.setErrorHandler((error, request, reply) => {
    const known = errorOf(error);
    if (known !== null) {
      if (known.status === 429) reply.header('retry-after', '5');
      return reply.code(known.status).send(known.body);
    }
    const status = frameworkStatus(error);
    if (status !== null) return reply.code(status).send({ detail: error instanceof Error ? error.message : '' });
    log.error({ err: error, correlation_id: request.id, url: request.url }, 'bug');
    const { status: code, body } = raised('RuntimeError', new Failed('internal').message);
    return reply.code(code).send(body);
  });
  app.setNotFoundHandler((request, reply) => {
    const name = request.url.replace(/^\/sdapi\/v1\//, '').replace(/\?.*$/, '');
    const isKnown = Object.hasOwn(routes, name) || name === 'options';
    return reply.code(isKnown ? 405 : 404).send({ detail: isKnown ? 'Method Not Allowed' : 'Not Found' });
  });

  const ports: PicturePorts = {
    commands,
    log,
    version,
    isClosing,
    option: (name) => session.get(name) ?? null,
    keep: (overrides) => {
      for (const [key, value] of Object.entries(overrides)) session.set(key, value as OptionValue);
    },
  };
  app.post('/txt2img', (request) => txt2img(request.body, ports));
  app.post('/img2img', (request) => img2img(request.body, ports));
  app.get('/samplers', async () => samplerRows);
  app.get('/schedulers', async () => schedulerRows);
  app.get('/sd-models', async () =>
    (await listCheckpoints(commands)).map(({ title, modelName, hash, path }) => ({
      title,
      model_name: modelName,
      hash,
      sha256: null,
      filename: path,
      config: null,
    })),
  );
  app.get('/options', async () => {
    const checkpoint = await currentCheckpoint();
    return {
      ...Object.fromEntries(session),
      sd_model_checkpoint: checkpoint?.title ?? null,
      sd_checkpoint_hash: checkpoint?.hash ?? '',
    };
  });
  app.post('/options', async (request, reply) => {
    const given = coerce('dict', request.body ?? {});
    if (given === undefined) throw validationError([{ loc: ['body'], ...refusals.dict }]);
    requireKnownOptions(given);
    const alias = coerce('str', given.sd_model_checkpoint ?? '');
    if (alias && findCheckpoint(await listCheckpoints(commands), alias) === undefined) {
      throw raised('RuntimeError', `model '${alias}' not found`);
    }
    for (const [key, value] of Object.entries(given)) session.set(key, value as OptionValue);
    return reply.type('application/json').send('null');
  });
  app.get('/progress', async (request) => {
    const query = request.query as Readonly<Record<string, unknown>>;
    const running = await runningJob();
    const isSkipped = coerce('bool', query.skip_current_image ?? false) ?? false;
    return progressOf(running, running === null || isSkipped ? null : preview.of(running.id));
  });
  app.post('/interrupt', async () => {
    await cancelRunning();
    return {};
  });
  app.post('/skip', async (_request, reply) => {
    await cancelRunning();
    return reply.type('application/json').send('null');
  });

  async function currentCheckpoint() {
    const checkpoints = await listCheckpoints(commands);
    const alias = coerce('str', session.get('sd_model_checkpoint'));
    const chosen = alias ? findCheckpoint(checkpoints, alias) : undefined;
    if (chosen !== undefined) return chosen;
    const { starter_model_id: starter } = await commands['app.status']({});
    return checkpoints.find(({ modelId }) => modelId === starter) ?? checkpoints[0];
  }

  async function runningJob(): Promise<Job | null> {
    const { jobs } = await commands['jobs.list']({ status: 'running', limit: 1 });
    return jobs[0] ?? null;
  }

  async function cancelRunning(): Promise<void> {
    const running = await runningJob();
    if (running === null) return;
    try {
      await commands['jobs.cancel']({ job_id: running.id });
    } catch (error) {
      // It ended by itself in between.
      if (!(error instanceof Failed)) throw error;
    }
  }
}

/** The last preview of the running job, as bare base64. */
function latestPreview(events: EventSource) {
  let last: { readonly jobId: string; readonly base64: string } | null = null;
  const leave = events.listen(({ event }) => {
    if (event.kind !== 'preview_ready') return;
    last = { jobId: event.job_id, base64: event.data_url.slice(event.data_url.indexOf(',') + 1) };
  });
  return {
    of: (jobId: string) => (last?.jobId === jobId ? last.base64 : null),
    close: (_app: unknown, done: () => void) => {
      leave();
      done();
    },
  };
}
