import type { Commands } from '../../core/contract/command.ts';
import { Failed } from '../../core/contract/failure.ts';
import type { mappingCommands } from '../../core/contract/mapping-commands.ts';

/** The commands about other apps' folders, in memory: no app is known. */
export function sampleMappings(): Pick<Commands, keyof typeof mappingCommands> {
  const notFound = (what: string, id: string) => Promise.reject(new Failed('not_found', { what, id }));
  return {
    'mappings.apps': async () => ({
      apps: [],
      own_rules_path: '/home/mira/.local/share/vitrine/mappings',
      problems: [],
    }),
    'mappings.detect': async () => ({ installs: [] }),
    'mappings.preview': ({ app }) => notFound('app with known folders', app),
    'mappings.plan': ({ plan_id }) => notFound('plan', plan_id),
    'mappings.folder': ({ plan_id }) => notFound('plan', plan_id),
    'mappings.apply': ({ plan_id }) => notFound('plan', plan_id),
    'mappings.undo': (which) => notFound('apply', 'apply_id' in which ? which.apply_id : which.app),
    'mappings.ledger': async () => ({ applies: [] }),
    'mappings.entries': ({ apply_id }) => notFound('apply', apply_id),
    'mappings.check': async () => ({ checked: 0, sound: 0, faults: [], fault_count: 0 }),
  };
}
