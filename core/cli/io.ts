import { createInterface } from 'node:readline/promises';

/** What the command line needs of its process; replaced in tests. */
export interface CliIo {
  /** The document or the human answer. */
  readonly out: (text: string) => void;
  /** Messages and progress. */
  readonly err: (text: string) => void;
  /** Whether somebody watches: a line may be written over. */
  readonly isTerminal: boolean;
  /** Asks whoever watches; null where nobody can answer. */
  readonly ask: (question: string) => Promise<string | null>;
  readonly workingPath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls `act` at Ctrl-C or when told to end; a second time ends the process at once. The answer takes that back. */
  readonly onInterrupt: (act: () => void) => () => void;
}

export function processIo(): CliIo {
  const { env } = process;
  return {
    out: (text) => {
      process.stdout.write(text);
    },
    err: (text) => {
      process.stderr.write(text);
    },
    isTerminal: process.stderr.isTTY === true,
    ask,
    // npm sets the folder of the package as the working folder of its scripts.
    workingPath: (env.npm_lifecycle_event === 'vitrine' && env.INIT_CWD) || process.cwd(),
    env,
    onInterrupt,
  };
}

async function ask(question: string): Promise<string | null> {
  if (process.stdin.isTTY !== true) return null;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and the end of the input are answers, too.
  const closed = new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
  try {
    return await Promise.race([lines.question(question), closed]);
  } finally {
    lines.close();
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function onInterrupt(act: () => void): () => void {
  let isInterrupted = false;
  const listener = () => {
    if (isInterrupted) process.exit(130);
    isInterrupted = true;
    act();
  };
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}
