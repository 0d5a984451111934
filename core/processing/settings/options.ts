import { invalidInput } from '../../contract/invalid-input.ts';
import { Options } from '../../contract/settings/options.ts';

/**
 * The options of one run: `base` with the request's own values over it, frozen. `base` stays as it is.
 * Throws `invalid_input` for a key that is no option, or a value that is none of its values.
 */
export function snapshotOptions(base: Options, overrides: Readonly<Record<string, unknown>> = {}): Options {
  const checked = Options.safeParse({ ...base, ...overrides });
  if (!checked.success) throw invalidInput(checked.error);
  return Object.freeze(checked.data);
}

/** How often the runner shows the forming picture; 0 is never. */
export function previewEverySteps(options: Options): number {
  return options.live_previews_enable ? Math.max(0, options.show_progress_every_n_steps) : 0;
}
