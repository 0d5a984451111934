import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/**
 * Threads for each of two rows that run at the same time; null where both together do as well: with an odd number of cores one would rest.
 *
 * The runtime has a thread for each core of the processor, which is not what Node counts: two threads of one core share its arithmetic. Only
 * Linux tells how many there are (`topology` of its sysfs), so elsewhere rows stay together.
 */
export function threadsOfARow(
  cpuFolder = '/sys/devices/system/cpu',
  allowed: number = availableParallelism(),
): number | null {
  const cores = Math.min(coresIn(cpuFolder), allowed);
  return cores >= 2 && cores % 2 === 0 ? cores / 2 : null;
}

function coresIn(cpuFolder: string): number {
  try {
    const processors = readdirSync(cpuFolder).filter((name) => /^cpu\d+$/.test(name));
    const siblings = (name: string) => readFileSync(join(cpuFolder, name, 'topology/thread_siblings_list'), 'utf8');
    return new Set(processors.map(siblings)).size;
  } catch {
    return 0;
  }
}
