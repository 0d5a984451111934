import { z } from 'zod';
import { Failure } from '../failure.ts';

/** The HTTP door that other programs are told of. */
export const ServerState = z.object({
  is_on: z.boolean(),
  is_fixed: z.boolean().describe('Its address was given when Vitrine was started; only another start changes it'),
  host: z.string().describe('The address that it listens on'),
  port: z.int().min(0).max(65_535),
  key: z.string().nullable().describe('Asked of every caller; null asks for none'),
  url: z.string().nullable().describe('Null while it does not answer'),
  failure: Failure.nullable().describe('Why it is on and does not answer'),
});
export type ServerState = z.infer<typeof ServerState>;

/** A key that goes into a header as it is. */
export const ServerKey = z
  .string()
  .min(8, 'at least 8 characters')
  .max(200)
  .regex(/^[\x21-\x7e]+$/, 'letters, digits and signs without spaces');

/** What of the door is kept; a field left out of a change stays. */
export const ServerSettings = z.strictObject({
  is_on: z.boolean().default(false),
  host: z.enum(['127.0.0.1', '0.0.0.0']).default('127.0.0.1').describe('This computer only, or the whole network'),
  port: z.int().min(1024).max(65_535).default(7860),
  key: ServerKey.nullable().default(null),
});
export type ServerSettings = Readonly<z.infer<typeof ServerSettings>>;

/** The rows of the command table about the HTTP door for other programs. */
export const serverCommands = {
  'server.show': {
    summary: 'Whether other programs can reach Vitrine over HTTP, where, and with which key',
    input: z.object({}),
    output: ServerState,
    http: { method: 'GET', path: '/server' },
  },
  'server.set': {
    summary: 'Open or close the HTTP door for other programs, or change its address or key',
    input: z.object({
      is_on: z.boolean().optional(),
      host: ServerSettings.shape.host.unwrap().optional(),
      port: ServerSettings.shape.port.unwrap().optional(),
      key: ServerKey.nullable().optional(),
    }),
    output: ServerState,
    http: { method: 'POST', path: '/server' },
  },
} as const;
