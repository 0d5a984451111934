import { z } from 'zod';

export type Json = Readonly<Record<string, unknown>>;

export const anyObject: Json = { type: 'object', additionalProperties: true };

export function jsonOf(schema: Json): Json {
  return { 'application/json': { schema } };
}

export function answer(description: string, schema: Json = anyObject, status = 200): Json {
  return { [status]: { description, content: jsonOf(schema) } };
}

export function parameter(name: string, place: 'path' | 'query' | 'header', schema: unknown, required: boolean): Json {
  return { name, in: place, required, schema: schema ?? {} };
}

/** JSON Schema 2020-12 is what OpenAPI 3.1 takes; the dialect is said once, by OpenAPI itself. */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

/** An object of those properties, all of them there. */
export function object(properties: Json): Json {
  return { type: 'object', properties, required: Object.keys(properties) };
}

export const list = (items: Json): Json => ({ type: 'array', items });
export const text: Json = { type: 'string' };
export const whole: Json = { type: 'integer' };
export const time: Json = { type: 'string', format: 'date-time' };
export const orNull = (schema: Json): Json => ({ anyOf: [schema, { type: 'null' }] });
