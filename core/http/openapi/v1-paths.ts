import { JobStatus } from '../../contract/jobs/job.ts';
import { JobCreateRequest } from '../v1/create-job.ts';
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
  time,
  whole,
} from './shapes.ts';

const status = schemaOf(JobStatus, 'output');
const row = { id: text, type: text, status, created_at: time, updated_at: time };
const job = object({
  ...row,
  steps: list(object({ name: { enum: ['generate', 'upscale'] }, status })),
  summary: object({ count: whole, completed: whole }),
  error_code: orNull(text),
  error_message: orNull(text),
});
const artifact = object({
  id: text,
  step: { enum: ['generate', 'upscale'] },
  format: { enum: ['png', 'jpg', 'webp'] },
  width: whole,
  height: whole,
  seed: orNull(whole),
  item_index: whole,
  s3_key: text,
  url: { type: 'string', format: 'uri' },
  expires_at: time,
  path: text,
  checksum: { type: 'string', description: 'sha256 of the file' },
  size_bytes: whole,
});
const share = { type: 'number', minimum: 0, maximum: 1 };
const progress = object({
  progress: share,
  items: list(object({ item_index: whole, progress: share })),
  stages: list(object({ name: text, weight: share })),
});
const model = { id: text, name: text, kind: text, version: text, installed: { const: true }, enabled: { const: true } };

const small = { type: 'generate', prompt: 'a castle', width: 64, height: 64, steps: 2 };
const idInPath = parameter('id', 'path', { type: 'string', format: 'uuid' }, true);
const since = parameter('since_ts', 'query', time, false);

/** `/v1`: jobs for programs. */
export function v1Paths(): Json {
  const create = {
    'application/json': {
      schema: schemaOf(JobCreateRequest, 'input'),
      examples: {
        single: { summary: 'One step', value: small },
        chained: {
          summary: 'Generate, then upscale',
          value: { ...small, count: 3, chain: { upscale: { scale: 2 } } },
        },
      },
    },
  };
  const created = object({ job: object({ id: text, status, type: text, created_at: time }) });
  return {
    '/v1/': get('v1', 'Service and version', object({ service: text, version: text })),
    '/v1/capabilities': get('v1.capabilities', 'Limits of requests and of the queue', anyObject),
    '/v1/jobs': {
      post: {
        operationId: 'v1.createJob',
        summary: 'Queue a job',
        parameters: [parameter('Idempotency-Key', 'header', text, false)],
        requestBody: { required: true, content: create },
        responses: { ...answer('Queued', created, 202), ...failed },
      },
      ...get('v1.listJobs', 'Jobs, those that changed last first', object({ jobs: list(object(row)) }), [
        parameter('status', 'query', status, false),
        parameter('limit', 'query', { type: 'integer', minimum: 1, maximum: 200, default: 20 }, false),
      ]),
    },
    '/v1/jobs/{id}': get('v1.job', 'One job', job, [idInPath]),
    '/v1/jobs/{id}/artifacts': get(
      'v1.artifacts',
      'Its pictures, of all steps',
      object({ artifacts: list(artifact) }),
      [idInPath],
    ),
    '/v1/jobs/{id}/logs': {
      get: {
        operationId: 'v1.logs',
        summary: 'Its history, a line of JSON each',
        parameters: [
          idInPath,
          parameter('tail', 'query', { type: 'integer', minimum: 1, maximum: 2000, default: 500 }, false),
          since,
        ],
        responses: { 200: { description: 'Lines', content: { 'application/x-ndjson': { schema: text } } }, ...failed },
      },
    },
    '/v1/jobs/{id}/progress': get('v1.progress', 'How far it is', progress, [idInPath]),
    '/v1/jobs/{id}/progress/stream': {
      get: {
        operationId: 'v1.progressStream',
        summary: 'The same as server-sent events: progress, artifact, log, error; ends with the job',
        parameters: [idInPath, since, parameter('Last-Event-ID', 'header', whole, false)],
        responses: {
          200: { description: 'The stream', content: { 'text/event-stream': { schema: text } } },
          ...failed,
        },
      },
    },
    '/v1/jobs/{id}/cancel': {
      post: {
        operationId: 'v1.cancel',
        summary: 'Cancel it, waiting or running',
        parameters: [idInPath],
        responses: { ...answer('As it is now', job), ...failed },
      },
    },
    '/v1/models': get(
      'v1.models',
      'Models that a job can name',
      object({ models: list(object({ ...model, parameters_schema: anyObject })) }),
    ),
    '/v1/models/{id}': get(
      'v1.model',
      'One model',
      object({
        ...model,
        parameters_schema: anyObject,
        capabilities: list(text),
        source_uri: orNull(text),
        local_path: text,
        files_json: list(anyObject),
      }),
      [parameter('id', 'path', text, true)],
    ),
  };
}

const failed: Json = {
  default: { description: 'Failed', content: jsonOf({ $ref: '#/components/schemas/V1Failure' }) },
};

function get(operationId: string, summary: string, schema: Json, parameters: readonly Json[] = []): Json {
  return { get: { operationId, summary, parameters, responses: { ...answer('Done', schema), ...failed } } };
}
