import { mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import pino, { type Logger } from 'pino';

export type Log = Logger;

const maxBytes = 5 * 1024 * 1024;

export interface LogOptions {
  readonly path: string;
  /** Also writes everything from `debug` up to standard error: `VITRINE_DEBUG=1` or `--debug`. */
  readonly isVerbose?: boolean;
}

/**
 * The log file: a JSON object a line. One that has grown past 5 MiB becomes `<name>.1` at the next start, in place of the one before.
 * A log that can't be written never ends the program: its lines are dropped.
 */
export function openLog({ path, isVerbose = false }: LogOptions): Log {
  const options = { level: isVerbose ? 'debug' : 'info', base: { pid: process.pid } };
  const standardError = () => pino.destination({ dest: 2, sync: true });
  try {
    mkdirSync(dirname(path), { recursive: true });
    rotate(path);
    // Synchronous: the lines before a crash are the ones that are wanted.
    const file = pino.destination({ dest: path, sync: true });
    file.on('error', () => {});
    const streams = [{ level: options.level, stream: file }];
    return pino(
      options,
      pino.multistream(isVerbose ? [...streams, { level: 'debug', stream: standardError() }] : streams),
    );
  } catch {
    return isVerbose ? pino(options, standardError()) : silentLog();
  }
}

export function silentLog(): Log {
  return pino({ level: 'silent' });
}

function rotate(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > maxBytes) renameSync(path, `${path}.1`);
}
