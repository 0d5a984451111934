import type { Command } from 'commander';
import type { Connection, ConnectOptions } from '../connect.ts';
import type { CliIo } from './io.ts';

/** The options that every command takes. */
export interface CommonOptions {
  readonly library?: string;
  readonly data?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** What a command works with. */
export interface CliContext {
  readonly io: CliIo;
  readonly options: CommonOptions;
  /** Gives a path that the user wrote as an absolute one. */
  readonly absolute: (path: string) => string;
  /** Answers with `document` under `--json`, else with `human`. */
  readonly answer: (document: unknown, human: string) => void;
  /** The answer tells of a failure: the exit code shall tell of it, too. */
  readonly endAsFailed: () => void;
}

/** Makes the context of a command from its parsed options. */
export type ContextOf = (command: Command) => CliContext;

/** Runs `act` on the core of the chosen library, then lets go of it. */
export async function withCore<Result>(
  { io, options, absolute }: CliContext,
  act: (core: Connection) => Promise<Result>,
  connectOptions: Pick<ConnectOptions, 'withDoor' | 'reconcilesAtStart' | 'startsRunner'> = {},
): Promise<Result> {
  const { connect } = await import('../connect.ts');
  await using core = await connect({
    ...(await coreOptions({ io, options, absolute })),
    // Work that an earlier instance left in the queue is for the next window or server, not for a command that wants to end.
    resumesQueue: false,
    // A core that serves others meanwhile lives long enough to watch and to hash.
    watches: connectOptions.withDoor === true,
    ...connectOptions,
  });
  if (core.refusal !== null) io.err(`Reading only. ${core.refusal.message}\n`);
  return await act(core);
}

export async function coreOptions({ io, options }: Pick<CliContext, 'io' | 'options' | 'absolute'>) {
  const { folderSurroundings, resolveFolders } = await import('../folders.ts');
  const { openLog } = await import('../log.ts');
  const folders = resolveFolders(
    { library: options.library, data: options.data, workingPath: io.workingPath },
    { ...folderSurroundings(), env: io.env },
  );
  const isVerbose = options.debug === true || io.env.VITRINE_DEBUG === '1';
  return { folders, env: io.env, log: openLog({ path: folders.logPath, isVerbose }) };
}
