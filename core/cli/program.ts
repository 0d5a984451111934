import { resolve } from 'node:path';
import { Command } from 'commander';
import type { CliContext, CommonOptions, ContextOf } from './context.ts';
import { generateCommand } from './generate.ts';
import type { CliIo } from './io.ts';

/**
 * The program with the command that `name` says, where a picture waits for it, else with all of them. `endAsFailed` is called when a
 * command's answer tells of a failure.
 */
export async function buildProgram(io: CliIo, endAsFailed: () => void, name?: string): Promise<Command> {
  const program = new Command('vitrine')
    .description('A library of image models that stay where they lie, and a local image generator.')
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .exitOverride()
    .showHelpAfterError('(add --help for the options)');
  const commands = name === 'generate' ? [generateCommand(contextOf)] : await allCommands(contextOf);
  for (const command of commands) {
    program.addCommand(inherit(command, program));
  }
  return program;

  function contextOf(command: Command): CliContext {
    const options = command.opts<CommonOptions>();
    return {
      io,
      options,
      endAsFailed,
      absolute: (path) => resolve(io.workingPath, path),
      answer: (document, human) => io.out(options.json ? `${JSON.stringify(document, null, 2)}\n` : `${human}\n`),
    };
  }
}

/** Their modules are loaded here, and the whole contract with them. */
async function allCommands(contextOf: ContextOf): Promise<readonly Command[]> {
  const { findCommands } = await import('./models/find-commands.ts');
  const { bringInCommands } = await import('./models/bring-in-commands.ts');
  const { careCommands } = await import('./models/care-commands.ts');
  const { removeCommands } = await import('./models/remove-commands.ts');
  const { mapCommand } = await import('./mappings/map-commands.ts');
  const { doctorCommand, serveCommand } = await import('./serve.ts');
  return [
    ...findCommands(contextOf),
    ...bringInCommands(contextOf),
    ...careCommands(contextOf),
    ...removeCommands(contextOf),
    mapCommand(contextOf),
    generateCommand(contextOf),
    serveCommand(contextOf),
    doctorCommand(contextOf),
  ];
}

/** The settings of the program for a command, or for those below it where it is only their name. */
function inherit(command: Command, program: Command): Command {
  for (const below of command.commands) inherit(below, program);
  const isName = command.commands.length > 0;
  return (isName ? command : withCommonOptions(command)).copyInheritedSettings(program);
}

function withCommonOptions(command: Command): Command {
  return command
    .option('--library <folder>', 'the library, else VITRINE_LIBRARY, else ~/Vitrine')
    .option('--data <folder>', 'settings, queue and pictures, else VITRINE_DATA')
    .option('--json', 'one JSON document on standard output')
    .option('--debug', 'also write the log to standard error');
}
