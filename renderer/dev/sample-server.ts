import type { Commands } from '../../core/contract/command.ts';
import { Failed } from '../../core/contract/failure.ts';
import type { ServerState, serverCommands } from '../../core/contract/shell/server-commands.ts';

/** The door for other programs of a core in memory. Port 8188 is taken. */
export function sampleServer(): Pick<Commands, keyof typeof serverCommands> {
  let state: ServerState = {
    is_on: false,
    is_fixed: false,
    host: '127.0.0.1',
    port: 7860,
    key: null,
    url: null,
    failure: null,
  };
  return {
    'server.show': async () => state,
    'server.set': async (change) => {
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      const next = { ...state, ...given };
      const isTaken = next.is_on && next.port === 8188;
      state = {
        ...next,
        url: next.is_on && !isTaken ? `http://${next.host}:${next.port}` : null,
        failure: isTaken ? new Failed('port_in_use', { port: next.port, host: next.host }).failure : null,
      };
      return state;
    },
  };
}
