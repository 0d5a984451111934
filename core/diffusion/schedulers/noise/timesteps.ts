import type { SettledConfig } from '../settled-config.ts';
import { roundHalfEven } from './round-half-even.ts';

/**
 * The training timesteps of a run, falling, as table 2 of Lin et al. 2023 names the ways to space them.
 * `rounded` is for schedulers that look timesteps up in a table; the others take a linspace as it falls.
 */
export function spacedTimesteps(config: SettledConfig, steps: number, { rounded }: { rounded: boolean }): number[] {
  const { num_train_timesteps: all, steps_offset: offset } = config;
  switch (config.timestep_spacing) {
    case 'linspace':
      return linspace(all - 1, steps)
        .map((time) => (rounded ? roundHalfEven(time) : Math.fround(time)))
        .toReversed();
    case 'leading': {
      const ratio = Math.floor(all / steps);
      return Array.from({ length: steps }, (_, index) => (steps - 1 - index) * ratio + offset);
    }
    case 'trailing':
      return trailing(all, all / steps, steps);
  }
}

/** The same for the multistep solvers, which leave out the last of one step more. `last` is one past the highest timestep in use. */
export function solverTimesteps(config: SettledConfig, steps: number, last: number): number[] {
  const { num_train_timesteps: all, steps_offset: offset } = config;
  switch (config.timestep_spacing) {
    case 'linspace':
      return linspace(last - 1, steps + 1)
        .map(roundHalfEven)
        .toReversed()
        .slice(0, -1);
    case 'leading': {
      const ratio = Math.floor(last / (steps + 1));
      return Array.from({ length: steps }, (_, index) => (steps - index) * ratio + offset);
    }
    case 'trailing':
      return trailing(last, all / steps, steps);
  }
}

/** numpy's linspace from 0: the step first, the end exact. */
function linspace(end: number, count: number): number[] {
  const step = end / (count - 1);
  return Array.from({ length: count }, (_, index) =>
    index === count - 1 && count > 1 ? end : index === 0 ? 0 : index * step,
  );
}

function trailing(from: number, ratio: number, steps: number): number[] {
  // Division may leave one step too many by the last bit, at a timestep below 0.
  const count = Math.min(steps, Math.ceil(from / ratio));
  return Array.from({ length: count }, (_, index) => roundHalfEven(from - index * ratio) - 1);
}
