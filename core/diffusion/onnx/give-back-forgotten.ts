import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | null = null;

/**
 * Memory that threads share goes back when the last of them has forgotten it, and a step's maps when their thread has, which the collector
 * finds out in its own time. Weights and large maps are too much to wait for that.
 */
export function giveBackForgotten(): void {
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
