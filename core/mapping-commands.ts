import type { Commands } from './contract/command.ts';
import { Failed } from './contract/failure.ts';
import type { mappingCommands } from './contract/mapping-commands.ts';
import type { Mappings } from './mapping/mappings.ts';
import { mappingAppOf } from './mapping/rules/read-rules.ts';

/** The mappings' rows of the command table, carried out. */
export function commandsOfMapping(
  mappings: Mappings,
  ownRulesPath: string,
): Pick<Commands, keyof typeof mappingCommands> {
  const notYet = () => Promise.reject(new Failed('conflict', { reason: 'This version makes no links yet.' }));
  return {
    'mappings.apps': async () => {
      const { apps, problems } = await mappings.rules();
      return { apps: apps.map(mappingAppOf), own_rules_path: ownRulesPath, problems: [...problems] };
    },
    'mappings.detect': async ({ path }) => ({ installs: await mappings.detect(path) }),
    'mappings.preview': notYet,
    'mappings.plan': notYet,
    'mappings.folder': notYet,
    'mappings.apply': notYet,
    'mappings.undo': notYet,
    'mappings.ledger': async () => ({ applies: [] }),
    'mappings.entries': notYet,
    'mappings.check': async () => ({ checked: 0, sound: 0, faults: [], fault_count: 0 }),
  };
}
