import { Options } from '../../contract/settings/options.ts';
import { fieldsSchema, img2imgFields, txt2imgFields } from '../sdapi/pictures/request-fields.ts';
import {
  answer,
  anyObject,
  type Json,
  jsonOf,
  list,
  object,
  orNull,
  parameter,
  schemaOf,
  text,
  whole,
} from './shapes.ts';

const lists = [
  'sd-models',
  'samplers',
  'schedulers',
  'upscalers',
  'latent-upscale-modes',
  'sd-vae',
  'loras',
  'hypernetworks',
  'face-restorers',
  'realesrgan-models',
  'prompt-styles',
  'script-info',
  'extensions',
];
const objects = ['embeddings', 'scripts', 'cmd-flags', 'memory'];
const acts: Readonly<Record<string, string>> = {
  interrupt: 'End the picture under way and make no more: it is answered as it stands, with those before it',
  skip: 'End the picture under way, which is answered as it stands, and go on with the next',
  'refresh-checkpoints': 'Nothing: the library knows of its changes',
  'refresh-vae': 'Nothing',
  'refresh-loras': 'Nothing',
  'refresh-embeddings': 'Nothing',
  'unload-checkpoint': "Give the model's memory back",
  'reload-checkpoint': 'Nothing: the next run loads what it needs',
};
const base64: Json = { type: 'string', contentEncoding: 'base64' };
const pictures = object({
  images: list(base64),
  parameters: anyObject,
  info: { type: 'string', description: 'JSON, as a string' },
});
const enlarge: Json = {
  type: 'object',
  additionalProperties: true,
  properties: {
    resize_mode: { enum: [0, 1] },
    upscaling_resize: { type: 'number', exclusiveMinimum: 0, default: 2 },
    upscaling_resize_w: { type: 'integer', minimum: 1, default: 512 },
    upscaling_resize_h: { type: 'integer', minimum: 1, default: 512 },
    upscaling_crop: { type: 'boolean', default: true },
    upscaler_1: { type: 'string', default: 'None' },
  },
};

/** `/sdapi/v1` and `/internal`, as stable-diffusion-webui 1.10 has them. */
export function sdapiPaths(): Json {
  const paths: Record<string, Json> = {
    '/sdapi/v1/txt2img': post('txt2img', 'Text to picture', fieldsSchema(txt2imgFields), pictures),
    '/sdapi/v1/img2img': post('img2img', 'Picture to picture', fieldsSchema(img2imgFields), pictures),
    '/sdapi/v1/options': {
      get: {
        operationId: 'sdapi.options',
        summary: 'All options',
        responses: answer('Options', schemaOf(Options, 'output')),
      },
      ...post('setOptions', 'Set some options', schemaOf(Options.partial(), 'input'), { type: 'null' }),
    },
    '/sdapi/v1/progress': {
      get: {
        operationId: 'sdapi.progress',
        summary: 'How far the running job is, whosever it is',
        parameters: [parameter('skip_current_image', 'query', { type: 'boolean', default: false }, false)],
        responses: answer(
          'Progress',
          object({
            progress: { type: 'number' },
            eta_relative: { type: 'number' },
            state: anyObject,
            current_image: orNull(base64),
            textinfo: orNull(text),
          }),
        ),
      },
    },
    '/sdapi/v1/png-info': post(
      'png-info',
      'What a picture says of itself',
      object({ image: base64 }),
      object({ info: text, items: anyObject, parameters: anyObject }),
    ),
    '/sdapi/v1/extra-single-image': post(
      'extra-single-image',
      'Make a picture larger',
      { ...enlarge, required: ['image'] },
      object({ html_info: text, image: base64 }),
    ),
    '/sdapi/v1/extra-batch-images': post(
      'extra-batch-images',
      'Make pictures larger',
      { ...enlarge, required: ['imageList'] },
      object({ html_info: text, images: list(base64) }),
    ),
    '/sdapi/v1/interrogate': post(
      'interrogate',
      'There is no engine for that here: the caption is <error>',
      anyObject,
      anyObject,
    ),
    '/internal/ping': {
      get: { operationId: 'internal.ping', summary: 'An empty object', responses: answer('It runs') },
    },
    '/internal/pending-tasks': {
      get: {
        operationId: 'internal.pendingTasks',
        summary: 'Names of the tasks that wait',
        responses: answer('Tasks', object({ size: whole, tasks: list(text) })),
      },
    },
    '/internal/progress': post(
      'internalProgress',
      'How far a task is, by its force_task_id',
      { type: 'object', required: ['id_task'], properties: { id_task: text, id_live_preview: whole } },
      anyObject,
    ),
  };
  for (const name of lists) paths[`/sdapi/v1/${name}`] = getOf(name, list(anyObject));
  for (const name of objects) paths[`/sdapi/v1/${name}`] = getOf(name, anyObject);
  for (const [name, summary] of Object.entries(acts))
    paths[`/sdapi/v1/${name}`] = { post: { operationId: `sdapi.${name}`, summary, responses: answer('Done', {}) } };
  return paths;
}

function getOf(name: string, schema: Json): Json {
  return { get: { operationId: `sdapi.${name}`, summary: `List of ${name}`, responses: answer('The list', schema) } };
}

function post(name: string, summary: string, body: Json, schema: Json): Json {
  return {
    post: {
      operationId: `sdapi.${name}`,
      summary,
      requestBody: { content: jsonOf(body) },
      responses: answer('Done', schema),
    },
  };
}
