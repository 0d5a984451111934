import { type CommandName, type Commands, checkInput } from '../core/contract/command.ts';
import { Failed, failureOf } from '../core/contract/failure.ts';
import type { Reply } from './bridge.ts';

/**
 * Carries out one message of the window. Never rejects: what goes wrong is the reply.
 *
 * @param check throws `Failed` when the sender may not ask
 */
export async function answer(commands: Commands, name: unknown, input: unknown, check: () => void): Promise<Reply> {
  try {
    check();
    // Own rows only: "constructor" and "__proto__" are no commands.
    if (typeof name !== 'string' || !Object.hasOwn(commands, name))
      throw new Failed('not_found', { what: 'command', id: String(name) });
    return { ok: true, value: await carryOut(commands, name as CommandName, input) };
  } catch (error) {
    if (!(error instanceof Failed)) console.error(`The command ${String(name)} failed unexpectedly:`, error);
    return { ok: false, failure: failureOf(error) };
  }
}

async function carryOut<Name extends CommandName>(commands: Commands, name: Name, input: unknown): Promise<unknown> {
  return commands[name](checkInput(name, input));
}
