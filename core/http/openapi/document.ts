import { z } from 'zod';
import { type CommandName, commands } from '../../contract/command.ts';
import { Failure } from '../../contract/failure.ts';
import { restPrefix } from '../../contract/rest.ts';
import { sdapiPaths } from './sdapi-paths.ts';
import { answer, type Json, jsonOf, parameter, schemaOf } from './shapes.ts';
import { v1Paths } from './v1-paths.ts';

/** The HTTP door as an OpenAPI 3.1 document, made from the command table and its zod schemas. */
export function openApiDocument(version: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vitrine',
      version,
      description: 'A library of image models that stay where they lie, and a local image generator.',
    },
    paths: { ...commandPaths(), ...otherPaths, ...v1Paths(), ...sdapiPaths() },
    components: {
      schemas: {
        Failure: schemaOf(Failure.extend({ correlation_id: z.string() }), 'output'),
        V1Failure: schemaOf(
          z.object({
            code: z.string(),
            message: z.string(),
            details: z.record(z.string(), z.unknown()).optional(),
            correlation_id: z.string().optional(),
          }),
          'output',
        ),
      },
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

const otherPaths: Json = {
  '/healthz': {
    get: {
      operationId: 'healthz',
      summary: 'Whether the app runs, its version, its runner',
      responses: answer('It runs'),
    },
  },
  '/readyz': { get: { operationId: 'readyz', summary: 'Whether requests are taken', responses: answer('They are') } },
  '/metrics': {
    get: {
      operationId: 'metrics',
      summary: "Figures of this process, in Prometheus' text format",
      responses: { 200: { description: 'The figures', content: { 'text/plain': { schema: { type: 'string' } } } } },
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
};
