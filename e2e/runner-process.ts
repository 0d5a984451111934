import { readdirSync, readFileSync } from 'node:fs';

/** The id of the runner process below the one that holds the core, or null while there is none. Linux: read from /proc. */
export function runnerProcessId(coreProcessId: number): number | null {
  const ids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return ids.find((id) => parentOf(id) === coreProcessId && isRunner(id)) ?? null;
}

function parentOf(id: number): number | null {
  // The command's name may hold spaces and brackets; what follows its last bracket is the state and the parent.
  const parent = /\) \S (\d+) /.exec(read(`/proc/${id}/stat`))?.[1];
  return parent === undefined ? null : Number(parent);
}

function isRunner(id: number): boolean {
  return /runner[/\\]entry\.m?[jt]s/.test(read(`/proc/${id}/cmdline`));
}

/** Processes end while one looks. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
