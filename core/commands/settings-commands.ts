import { z } from 'zod';
import type { Commands } from '../contract/command.ts';
import { defaultOptions, Options } from '../contract/options.ts';
import type { settingsCommands } from '../contract/settings-commands.ts';
import type { SettingsStore } from '../processing/settings/settings.ts';

/** The options' rows of the command table, carried out. */
export function commandsOfSettings(settings: SettingsStore): Pick<Commands, keyof typeof settingsCommands> {
  const { $schema: _, ...schema } = z.toJSONSchema(Options, { io: 'input' });
  return {
    'settings.get': async () => ({ options: settings.current(), defaults: defaultOptions, schema }),
    'settings.set': async ({ changes }) => ({ options: await settings.set(changes) }),
  };
}
