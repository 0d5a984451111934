import type { OptionName } from '../../../core/contract/settings/options.ts';

/** How an option is changed. Numbers have the least and the most that the core takes. */
export type OptionControl =
  | { readonly kind: 'switch' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'model' };

export interface ShownOption {
  readonly name: ShownOptionName;
  readonly control: OptionControl;
}

const onOff = { kind: 'switch' } as const;
const number = (min: number, max: number) => ({ kind: 'number', min, max }) as const;
const choice = <const Values extends readonly string[]>(...values: Values) => ({ kind: 'choice', values }) as const;

/** The options that do something, by section. Those that are only kept for other programs are in none. */
export const shownOptions = {
  generating: [
    { name: 'live_previews_enable', control: onOff },
    { name: 'show_progress_every_n_steps', control: number(-1, 32) },
    { name: 'prompt_syntax', control: choice('webui', 'plain') },
    { name: 'CLIP_stop_at_last_layers', control: number(1, 12) },
    { name: 'randn_source', control: choice('CPU', 'GPU', 'NV') },
  ],
  files: [
    { name: 'samples_format', control: choice('png', 'jpg', 'jpeg', 'webp') },
    { name: 'jpeg_quality', control: number(1, 100) },
    { name: 'webp_lossless', control: onOff },
    { name: 'enable_pnginfo', control: onOff },
    { name: 'add_model_name_to_info', control: onOff },
    { name: 'add_model_hash_to_info', control: onOff },
    { name: 'add_version_to_infotext', control: onOff },
  ],
  queue: [
    { name: 'queue_starts_paused', control: onOff },
    { name: 'queue_limit', control: number(1, 100_000) },
    { name: 'history_limit', control: number(0, 1_000_000) },
  ],
  api: [
    { name: 'sd_model_checkpoint', control: { kind: 'model' } },
    { name: 'return_grid', control: onOff },
    { name: 'cancel_on_disconnect', control: onOff },
  ],
} as const satisfies Record<string, readonly { readonly name: OptionName; readonly control: OptionControl }[]>;

export type OptionSection = keyof typeof shownOptions;
export type ShownOptionName = (typeof shownOptions)[OptionSection][number]['name'];
