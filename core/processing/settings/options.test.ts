import { describe, expect, it } from 'vitest';
import { failureOf } from '../../contract/failure.ts';
import { defaultOptions } from '../../contract/settings/options.ts';
import { previewEverySteps, snapshotOptions } from './options.ts';

describe('the options of a run', () => {
  it('are the options with the overrides over them, and leave the options as they were', () => {
    const snapshot = snapshotOptions(defaultOptions, { enable_pnginfo: false });
    expect(snapshot).toEqual({ ...defaultOptions, enable_pnginfo: false });
    expect(defaultOptions.enable_pnginfo).toBe(true);
    expect(Object.isFrozen(snapshot)).toBe(true);
  });

  it('never see what another run asked for', () => {
    const snapshots = Array.from({ length: 50 }, (_, n) =>
      snapshotOptions(defaultOptions, { show_progress_every_n_steps: n % 7 }),
    );
    expect(snapshots.map((each) => each.show_progress_every_n_steps)).toEqual(snapshots.map((_, n) => n % 7));
  });

  it.each([
    [{ no_such_option: 1 }],
    [{ enable_pnginfo: 'yes' }],
    [{ execution_provider: 'abacus' }],
    [{ show_progress_every_n_steps: 1e9 }],
  ])('refuse %j', (overrides) => {
    expect(() => snapshotOptions(defaultOptions, overrides)).toThrow();
    try {
      snapshotOptions(defaultOptions, overrides);
    } catch (error) {
      expect(failureOf(error).code).toBe('invalid_input');
    }
  });

  it.each([
    [{}, 10],
    [{ live_previews_enable: false }, 0],
    [{ show_progress_every_n_steps: -1 }, 0],
    [{ show_progress_every_n_steps: 3 }, 3],
  ])('%j shows a preview every %i steps', (overrides, steps) => {
    expect(previewEverySteps(snapshotOptions(defaultOptions, overrides))).toBe(steps);
  });
});
