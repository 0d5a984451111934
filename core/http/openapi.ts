import { z } from 'zod';
import { type CommandName, commands } from '../contract/command.ts';
import { Failure } from '../contract/failure.ts';
import { restPrefix } from '../contract/rest.ts';
import { type FieldTable, fieldsSchema, img2imgFields, txt2imgFields } from './sdapi/request-fields.ts';

type Json = Readonly<Record<string, unknown>>;

/** The HTTP door as an OpenAPI 3.1 document, made from the command table and its zod schemas. */
export function openApiDocument(version: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vitrine',
      version,
      description: 'A library of image models that stay where they lie, and a local image generator.',
    },
    paths: { ...commandPaths(), ...otherPaths },
    components: {
      schemas: { Failure: schemaOf(Failure.extend({ correlation_id: z.string() }), 'output') },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, basic: { type: 'http', scheme: 'basic' } },
    },
    security: [{}, { bearer: [] }, { basic: [] }],
  };
}

function commandPaths(): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, { http, summary, input, output }] of Object.entries(commands)) {
    const path = restPrefix + http.path;
    const shape = schemaOf(input, 'input') as InputShape;
    const pathFields = [...http.path.matchAll(/\{(\w+)\}/g)].map(([, field = '']) => field);
    const inPath = pathFields.map((field) => parameter(field, 'path', shape.properties?.[field], true));
    const others = Object.entries(shape.properties ?? {}).filter(([field]) => !pathFields.includes(field));
    const required = shape.required ?? [];
    const inQuery = others.map(([field, schema]) => parameter(field, 'query', schema, required.includes(field)));
    paths[path] ??= {};
    paths[path][http.method.toLowerCase()] = {
      operationId: name satisfies string as CommandName,
      summary,
      parameters: http.method === 'POST' ? inPath : [...inPath, ...inQuery],
      ...(http.method === 'POST' && { requestBody: { content: jsonOf(withoutFields(shape, pathFields)) } }),
      responses: {
        200: { description: 'Done', content: jsonOf(schemaOf(output, 'output')) },
        default: { description: 'Failed', content: jsonOf({ $ref: '#/components/schemas/Failure' }) },
      },
    };
  }
  return paths;
}

interface InputShape {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

function withoutFields(shape: InputShape, fields: readonly string[]): Json {
  if (fields.length === 0 || shape.properties === undefined) return { ...shape };
  return {
    ...shape,
    properties: Object.fromEntries(Object.entries(shape.properties).filter(([field]) => !fields.includes(field))),
    required: (shape.required ?? []).filter((field) => !fields.includes(field)),
  };
}

function parameter(name: string, place: 'path' | 'query', schema: unknown, required: boolean): Json {
  return { name, in: place, required, schema: schema ?? {} };
}

function jsonOf(schema: Json): Json {
  return { 'application/json': { schema } };
}

/** JSON Schema 2020-12 is what OpenAPI 3.1 takes; the dialect is said once, by OpenAPI itself. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

const anyObject: Json = { type: 'object', additionalProperties: true };
const answer = (description: string, schema: Json = anyObject) => ({ 200: { description, content: jsonOf(schema) } });

const picturesPath = (operationId: string, summary: string, fields: FieldTable) => ({
  post: {
    operationId,
    summary: `${summary}, as stable-diffusion-webui 1.10 has it`,
    requestBody: { content: jsonOf(fieldsSchema(fields)) },
    responses: answer('The pictures', {
      type: 'object',
      required: ['images', 'parameters', 'info'],
      properties: {
        images: { type: 'array', items: { type: 'string', contentEncoding: 'base64' } },
        parameters: anyObject,
        info: { type: 'string', description: 'JSON, as a string' },
      },
    }),
  },
});

const otherPaths: Json = {
  '/healthz': {
    get: {
      operationId: 'healthz',
      summary: 'Whether the app runs, its version, its runner',
      responses: answer('It runs'),
    },
  },
  [`${restPrefix}/events`]: {
    get: {
      operationId: 'events',
      summary: 'What happens, as server-sent events',
      parameters: [parameter('Last-Event-ID', 'query', { type: 'integer' }, false)].map((given) => ({
        ...given,
        in: 'header',
      })),
      responses: {
        200: { description: 'The stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
      },
    },
  },
  [`${restPrefix}/pictures/{id}`]: {
    get: {
      operationId: 'pictures.file',
      summary: 'The file of a picture',
      parameters: [parameter('id', 'path', { type: 'string' }, true)],
      responses: { 200: { description: 'The picture', content: { 'image/png': {} } } },
    },
  },
  '/sdapi/v1/txt2img': picturesPath('sdapi.txt2img', 'Text to picture', txt2imgFields),
  '/sdapi/v1/img2img': picturesPath('sdapi.img2img', 'Picture to picture', img2imgFields),
  '/sdapi/v1/options': {
    get: { operationId: 'sdapi.options', summary: 'Options', responses: answer('All options') },
    post: {
      operationId: 'sdapi.setOptions',
      summary: 'Set some options',
      requestBody: { content: jsonOf(anyObject) },
      responses: answer('Set', { type: 'null' }),
    },
  },
  ...Object.fromEntries(
    (['sd-models', 'samplers', 'schedulers'] as const).map((list) => [
      `/sdapi/v1/${list}`,
      {
        get: {
          operationId: `sdapi.${list}`,
          summary: `List of ${list}`,
          responses: answer('The list', { type: 'array', items: anyObject }),
        },
      },
    ]),
  ),
  '/sdapi/v1/progress': {
    get: { operationId: 'sdapi.progress', summary: 'How far the running job is', responses: answer('Progress') },
  },
  ...Object.fromEntries(
    (['interrupt', 'skip'] as const).map((act) => [
      `/sdapi/v1/${act}`,
      { post: { operationId: `sdapi.${act}`, summary: 'End the running job', responses: answer('Ended', {}) } },
    ]),
  ),
};
