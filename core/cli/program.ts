import { resolve } from 'node:path';
import { Command } from 'commander';
import type { CliContext, CommonOptions } from './context.ts';
import { generateCommand } from './generate.ts';
import type { CliIo } from './io.ts';
import { modelCommands } from './model-commands.ts';
import { doctorCommand, serveCommand } from './serve.ts';

export function buildProgram(io: CliIo): Command {
  const program = new Command('vitrine')
    .description('A library of image models that stay where they lie, and a local image generator.')
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .exitOverride()
    .showHelpAfterError('(add --help for the options)');
  for (const command of [
    ...modelCommands(contextOf),
    generateCommand(contextOf),
    serveCommand(contextOf),
    doctorCommand(contextOf),
  ]) {
    program.addCommand(withCommonOptions(command).copyInheritedSettings(program));
  }
  return program;

  function contextOf(command: Command): CliContext {
    const options = command.opts<CommonOptions>();
    return {
      io,
      options,
      absolute: (path) => resolve(io.workingPath, path),
      answer: (document, human) => io.out(options.json ? `${JSON.stringify(document, null, 2)}\n` : `${human}\n`),
    };
  }
}

function withCommonOptions(command: Command): Command {
  return command
    .option('--library <folder>', 'the library, else VITRINE_LIBRARY, else ~/Vitrine')
    .option('--data <folder>', 'settings, queue and pictures, else VITRINE_DATA')
    .option('--json', 'one JSON document on standard output')
    .option('--debug', 'also write the log to standard error');
}
