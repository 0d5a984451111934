import type { App } from './app.ts';
import { type Client, type CommandName, type CommandOutput, checkInput } from './contract/command.ts';

/**
 * The core of this process as a client: input is checked as at every other door. It stands apart from connect.ts because the whole contract
 * is loaded with it: a picture's runner starts before that.
 */
export function clientOf({ commands }: Pick<App, 'commands'>): Client {
  return {
    async call<Name extends CommandName>(name: Name, input: unknown): Promise<CommandOutput<Name>> {
      const act = commands[name];
      return act(checkInput(name, input));
    },
  };
}
