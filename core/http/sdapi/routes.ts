import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Commands } from '../../contract/command.ts';
import { Failed } from '../../contract/failure.ts';
import type { Job } from '../../contract/jobs/job.ts';
import type { DoorLog, EventSource, ImageTools } from '../ports.ts';
import { setSdapiBodies } from './bodies.ts';
import { checkpointNamed, listCheckpoints } from './checkpoints.ts';
import { coerce, refusals } from './coercion.ts';
import { raised, validationError } from './errors.ts';
import { addSdapiExtras } from './extras.ts';
import { addSdapiLists, sendNull } from './lists.ts';
import { readOptions } from './options.ts';
import { img2img } from './pictures/img2img.ts';
import type { PicturePorts } from './pictures/make-pictures.ts';
import { txt2img } from './pictures/txt2img.ts';
import { progressOf, type Told } from './progress.ts';

export interface SdapiOptions {
  readonly commands: Commands;
  readonly events: EventSource;
  readonly imageTools: ImageTools;
  readonly log: DoorLog;
  readonly version: string;
  /** The newest preview of a job, as bare base64. */
  readonly preview: (jobId: string) => string | null;
}

/** The door for clients of stable-diffusion-webui's HTTP interface: its paths, bodies, coercions, defaults and errors. */
export function addSdapiRoutes(app: FastifyInstance, options: SdapiOptions): void {
  const { commands, imageTools, log, version, preview } = options;
  setSdapiBodies(app, log);
  app.addHook('onRequest', async (request) => {
    request.receivedAtMs = performance.now();
  });
  app.addHook('onSend', async (request, reply) => {
    reply.header(
      'x-process-time',
      ((performance.now() - (request.receivedAtMs ?? performance.now())) / 1000).toFixed(4),
    );
  });
  /** What a client told of a job while it ran; there is one that runs. */
  let told: (Told & { readonly jobId: string }) | null = null;
  addSdapiLists(app, commands, imageTools.upscalerNames);
  addSdapiExtras(app, imageTools);

  app.post('/txt2img', async (request, reply) => txt2img(request.body, await portsFor(reply)));
  app.post('/img2img', async (request, reply) => img2img(request.body, await portsFor(reply)));
  app.get('/options', async () => {
    const checkpoint = await currentCheckpoint();
    return {
      ...(await commands['settings.get']({})).options,
      sd_model_checkpoint: checkpoint?.title ?? null,
      sd_checkpoint_hash: checkpoint?.hash ?? '',
    };
  });
  app.post('/options', async (request, reply) => {
    const given = coerce('dict', request.body ?? {});
    if (given === undefined) throw validationError([{ loc: ['body'], ...refusals.dict }]);
    const changes = readOptions(given);
    const alias = coerce('str', changes.sd_model_checkpoint ?? '');
    if (alias && (await checkpointNamed(alias, commands)) === undefined) {
      throw raised('RuntimeError', `model '${alias}' not found`);
    }
    await commands['settings.set']({ changes: { ...changes } });
    return sendNull(reply);
  });
  app.get('/progress', async (request) => {
    const query = request.query as Readonly<Record<string, unknown>>;
    const running = await runningJob();
    const isSkipped = coerce('bool', query.skip_current_image ?? false) ?? false;
    const ofRunning = running !== null && told?.jobId === running.id ? told : undefined;
    return progressOf(running, running === null || isSkipped ? null : preview(running.id), ofRunning);
  });
  app.post('/interrupt', async () => {
    await endPicture({ makesOthers: false });
    return {};
  });
  app.post('/skip', async (_request, reply) => {
    await endPicture({ makesOthers: true });
    return sendNull(reply);
  });

  /** What a route that makes pictures needs. Its job ends with the connection of its caller where the options say so. */
  async function portsFor(reply: FastifyReply): Promise<PicturePorts> {
    const current = (await commands['settings.get']({})).options;
    const ports = { log, version, options: current, imageTools };
    if (!current.cancel_on_disconnect) return { ...ports, commands };
    const generate: Commands['jobs.generate'] = async (input) => {
      const job = await commands['jobs.generate'](input);
      reply.raw.once('close', () => {
        if (!reply.raw.writableFinished) commands['jobs.cancel']({ job_id: job.id }).catch(() => undefined);
      });
      return job;
    };
    return { ...ports, commands: { ...commands, 'jobs.generate': generate } };
  }

  async function currentCheckpoint() {
    const checkpoints = await listCheckpoints(commands);
    const { sd_model_checkpoint: alias } = (await commands['settings.get']({})).options;
    const chosen = alias ? await checkpointNamed(alias, commands) : undefined;
    if (chosen !== undefined) return chosen;
    const { starter_model_id: starter } = await commands['app.status']({});
    return checkpoints.find(({ modelId }) => modelId === starter) ?? checkpoints[0];
  }

  async function runningJob(): Promise<Job | null> {
    const { jobs } = await commands['jobs.list']({ status: 'running', limit: 1 });
    return jobs[0] ?? null;
  }

  /** The picture under way is answered as it stands, with those before it. Nothing running: no effect. */
  async function endPicture({ makesOthers }: { readonly makesOthers: boolean }): Promise<void> {
    const running = await runningJob();
    if (running === null) return;
    told = { jobId: running.id, isSkipped: makesOthers, isInterrupted: !makesOthers };
    try {
      await commands['jobs.skip']({ job_id: running.id, makes_others: makesOthers });
    } catch (error) {
      // It ended by itself in between.
      if (!(error instanceof Failed)) throw error;
    }
  }
}

/** The newest preview of the running job, as bare base64. */
export function latestPreview(events: EventSource) {
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

declare module 'fastify' {
  interface FastifyRequest {
    receivedAtMs?: number;
  }
}
