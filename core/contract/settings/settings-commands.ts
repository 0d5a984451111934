import { z } from 'zod';
import { Options } from './options.ts';

/** The rows of the command table about the options. */
export const settingsCommands = {
  'settings.get': {
    summary: 'All options as they stand, with what each is for',
    input: z.object({}),
    output: z.object({
      options: Options,
      defaults: Options,
      schema: z.record(z.string(), z.unknown()).describe('JSON Schema of the options: types, bounds, descriptions'),
    }),
    http: { method: 'GET', path: '/settings' },
  },
  'settings.set': {
    summary: 'Change some options; all of the changes or none',
    input: z.object({ changes: z.record(z.string(), z.unknown()) }),
    output: z.object({ options: Options }),
    http: { method: 'POST', path: '/settings' },
  },
} as const;
