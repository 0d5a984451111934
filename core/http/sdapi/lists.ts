import { freemem, totalmem } from 'node:os';
import { basename } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Commands, checkInput } from '../../contract/command.ts';
import type { ModelType } from '../../contract/library/metadata.ts';
import type { ModelSummary } from '../../contract/library/model.ts';
import { listCheckpoints } from './checkpoints.ts';
import { samplerRows, schedulerRows } from './pictures/sampler-name.ts';
import { sdUpscaleInfo } from './pictures/sd-upscale.ts';

export const latentModes: readonly string[] = [
  'Latent',
  'Latent (antialiased)',
  'Latent (bicubic)',
  'Latent (bicubic antialiased)',
  'Latent (nearest)',
  'Latent (nearest-exact)',
];
const upscaleFactor = 4;

/** What there is to choose from. What has no engine here is an empty list, never a 404: clients ask for all of it as they start. */
export function addSdapiLists(app: FastifyInstance, commands: Commands, upscalerNames: readonly string[]): void {
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
  app.get('/upscalers', async () =>
    ['None', ...upscalerNames].map((name) => ({
      name,
      model_name: null,
      model_path: null,
      model_url: null,
      scale: upscaleFactor,
    })),
  );
  app.get('/latent-upscale-modes', async () => latentModes.map((name) => ({ name })));
  app.get('/sd-vae', async () =>
    (await modelsOf('vae')).map(({ entry_path }) => ({ model_name: basename(entry_path), filename: entry_path })),
  );
  app.get('/loras', async () =>
    (await modelsOf('lora')).map(({ name, entry_path }) => ({ name, alias: name, path: entry_path, metadata: {} })),
  );
  app.get('/embeddings', async () => ({ loaded: {}, skipped: {} }));
  for (const path of ['hypernetworks', 'face-restorers', 'realesrgan-models', 'prompt-styles', 'extensions'])
    app.get(`/${path}`, async () => []);
  app.get('/scripts', async () => ({ txt2img: [], img2img: [sdUpscaleInfo.name] }));
  app.get('/script-info', async () => [sdUpscaleInfo]);
  app.get('/cmd-flags', async () => ({
    api: true,
    nowebui: false,
    listen: false,
    share: false,
    lowvram: false,
    medvram: false,
  }));
  app.get('/memory', async () => {
    const [free, total] = [freemem(), totalmem()];
    return { ram: { free, used: total - free, total }, cuda: { error: 'unavailable' } };
  });

  // The library knows of its changes by itself.
  for (const path of ['refresh-checkpoints', 'refresh-vae', 'refresh-loras', 'refresh-embeddings'])
    app.post(`/${path}`, async (_request, reply) => sendNull(reply));
  app.post('/unload-checkpoint', async () => {
    await commands['runner.unload']({});
    return {};
  });
  // The next run loads what it needs.
  app.post('/reload-checkpoint', async () => ({}));

  async function modelsOf(type: ModelType): Promise<readonly ModelSummary[]> {
    const found: ModelSummary[] = [];
    let cursor: string | undefined;
    do {
      const page = await commands['models.list'](checkInput('models.list', { limit: 500, type, cursor }));
      found.push(...page.models);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    return found;
  }
}

/** `null`, as a body: an empty one is no JSON. */
export function sendNull(reply: FastifyReply): FastifyReply {
  return reply.type('application/json').send('null');
}
