import { z } from 'zod';
import type { Commands } from '../contract/command.ts';
import { defaultOptions, Options } from '../contract/settings/options.ts';
import type { settingsCommands } from '../contract/settings/settings-commands.ts';
import type { SettingsStore } from '../processing/settings/settings.ts';

/** The options' rows of the command table, carried out. */
export function commandsOfSettings(settings: SettingsStore): Pick<Commands, keyof typeof settingsCommands> {
  let schema: ReturnType<typeof schemaOfOptions> | null = null;
  return {
    'settings.get': async () => {
      schema ??= schemaOfOptions();
      return { options: settings.current(), defaults: defaultOptions, schema };
    },
    'settings.set': async ({ changes }) => ({ options: await settings.set(changes) }),
  };
}

/** Made when first asked for: it takes 15 ms, and a command that makes a picture has no use for it. */
function schemaOfOptions() {
  const { $schema: _, ...schema } = z.toJSONSchema(Options, { io: 'input' });
  return schema;
}
