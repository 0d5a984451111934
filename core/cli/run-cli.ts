import { CommanderError } from 'commander';
import { Failed, type Failure, failureOf } from '../contract/failure.ts';
import type { CliIo } from './io.ts';
import { buildProgram } from './program.ts';

/** How the process ends. */
export const exitCodes = { done: 0, bug: 1, wrongUse: 2, failed: 3 } as const;

/** Runs one command line, without the program's name; answers the exit code. */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  const isJson = args.includes('--json');
  let code: number = exitCodes.done;
  const endAsFailed = () => {
    code = exitCodes.failed;
  };
  try {
    const program = await buildProgram(io, endAsFailed, args[0]);
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return wrongUse(error, isJson, io);
    const failure = failureOf(error);
    if (isJson) io.out(`${JSON.stringify({ failure }, null, 2)}\n`);
    else io.err(`${messageOf(failure)}\n`);
    if (error instanceof Failed) return exitCodes.failed;
    io.err(`${error instanceof Error ? error.stack : String(error)}\n`);
    return exitCodes.bug;
  }
}

function wrongUse(error: CommanderError, isJson: boolean, io: CliIo): number {
  if (error.exitCode === 0) return exitCodes.done;
  if (isJson) {
    const reason = error.message.replace(/^error: /, '');
    io.out(
      `${JSON.stringify({ failure: new Failed('invalid_input', { field: 'command line', reason }).failure }, null, 2)}\n`,
    );
  }
  return exitCodes.wrongUse;
}

/** The sentence, and under it the findings that led to it. */
function messageOf({ message, details, code }: Failure): string {
  const findings = details?.findings;
  if (!Array.isArray(findings)) return `${message} [${code}]`;
  const lines = findings.map((finding) => `  ${finding.severity}: ${finding.message} [${finding.code}]`);
  return [`${message} [${code}]`, ...lines].join('\n');
}
