import { z } from 'zod';
import type { Commands } from '../../core/contract/command.ts';
import { defaultOptions, Options } from '../../core/contract/settings/options.ts';
import type { settingsCommands } from '../../core/contract/settings/settings-commands.ts';

/** The options of a core in memory. */
export function sampleSettings(): Pick<Commands, keyof typeof settingsCommands> {
  let options = defaultOptions;
  const { $schema: _, ...schema } = z.toJSONSchema(Options, { io: 'input' });
  return {
    'settings.get': async () => ({ options, defaults: defaultOptions, schema }),
    'settings.set': async ({ changes }) => {
      options = Options.parse({ ...options, ...changes });
      return { options };
    },
  };
}
