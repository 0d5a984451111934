import { z } from 'zod';
import { Failed } from '../../contract/failure.ts';

const count = z.int().min(1).max(100_000);
const flag = z.boolean().nullish();
const positive = z.number().positive();

/**
 * A bundle's scheduler_config.json. Every field may be missing: its class says what it then is. Fields of other classes are let pass:
 * bundles keep those of the scheduler that they once had.
 */
export const SchedulerConfig = z.looseObject({
  /** Missing, it is what model_index.json says. */
  _class_name: z.string().optional(),
  num_train_timesteps: count.min(2).nullish(),
  beta_start: z.number().min(0).lt(1).nullish(),
  beta_end: z.number().min(0).lt(1).nullish(),
  beta_schedule: z.enum(['linear', 'scaled_linear', 'squaredcos_cap_v2']).nullish(),
  trained_betas: z.array(z.number().min(0).max(1)).min(2).max(100_000).nullish(),
  prediction_type: z.enum(['epsilon', 'sample', 'v_prediction']).nullish(),
  timestep_spacing: z.enum(['linspace', 'leading', 'trailing']).nullish(),
  steps_offset: z.int().min(0).max(1000).nullish(),
  clip_sample: flag,
  clip_sample_range: positive.nullish(),
  thresholding: flag,
  dynamic_thresholding_ratio: z.number().min(0).max(1).nullish(),
  sample_max_value: positive.nullish(),
  set_alpha_to_one: flag,
  skip_prk_steps: flag,
  rescale_betas_zero_snr: flag,
  use_karras_sigmas: flag,
  use_exponential_sigmas: flag,
  use_beta_sigmas: flag,
  use_lu_lambdas: flag,
  use_flow_sigmas: flag,
  use_dynamic_shifting: flag,
  sigma_min: positive.nullish(),
  sigma_max: positive.nullish(),
  final_sigmas_type: z.enum(['zero', 'sigma_min']).nullish(),
  interpolation_type: z.enum(['linear', 'log_linear']).nullish(),
  timestep_type: z.enum(['discrete', 'continuous']).nullish(),
  variance_type: z
    .enum(['fixed_small', 'fixed_small_log', 'fixed_large', 'fixed_large_log', 'learned', 'learned_range'])
    .nullish(),
  solver_order: z.int().min(1).max(3).nullish(),
  algorithm_type: z.enum(['dpmsolver', 'dpmsolver++', 'sde-dpmsolver', 'sde-dpmsolver++', 'deis']).nullish(),
  solver_type: z.enum(['midpoint', 'heun', 'logrho', 'bh1', 'bh2']).nullish(),
  lower_order_final: flag,
  euler_at_final: flag,
  lambda_min_clipped: z.number().nullish(),
  predict_x0: flag,
  disable_corrector: z.array(z.int()).max(100_000).nullish(),
  solver_p: z.null().optional(),
  /** DPM-Solver SDE's own seed, whatever the picture's is: one picture's noise for all. */
  noise_sampler_seed: z.null().optional(),
  original_inference_steps: count.nullish(),
  timestep_scaling: z.number().nullish(),
});
export type SchedulerConfig = z.infer<typeof SchedulerConfig>;

/** The config of one class with nothing left open: what the schedulers read. */
export interface SettledConfig {
  readonly num_train_timesteps: number;
  readonly beta_start: number;
  readonly beta_end: number;
  readonly beta_schedule: 'linear' | 'scaled_linear' | 'squaredcos_cap_v2';
  readonly trained_betas: readonly number[] | null;
  readonly prediction_type: 'epsilon' | 'sample' | 'v_prediction';
  readonly timestep_spacing: 'linspace' | 'leading' | 'trailing';
  readonly steps_offset: number;
  readonly clip_sample: boolean;
  readonly clip_sample_range: number;
  readonly thresholding: boolean;
  readonly dynamic_thresholding_ratio: number;
  readonly sample_max_value: number;
  readonly set_alpha_to_one: boolean;
  readonly skip_prk_steps: boolean;
  readonly rescale_betas_zero_snr: boolean;
  readonly use_karras_sigmas: boolean;
  readonly use_exponential_sigmas: boolean;
  readonly use_beta_sigmas: boolean;
  readonly use_lu_lambdas: boolean;
  readonly use_flow_sigmas: boolean;
  readonly use_dynamic_shifting: boolean;
  readonly sigma_min: number | null;
  readonly sigma_max: number | null;
  readonly final_sigmas_type: 'zero' | 'sigma_min';
  readonly interpolation_type: string;
  readonly timestep_type: 'discrete' | 'continuous';
  readonly variance_type: string | null;
  readonly solver_order: number;
  readonly algorithm_type: 'dpmsolver' | 'dpmsolver++' | 'sde-dpmsolver' | 'sde-dpmsolver++' | 'deis';
  readonly solver_type: 'midpoint' | 'heun' | 'logrho' | 'bh1' | 'bh2';
  readonly lower_order_final: boolean;
  readonly euler_at_final: boolean;
  readonly lambda_min_clipped: number;
  readonly predict_x0: boolean;
  readonly disable_corrector: readonly number[];
  readonly original_inference_steps: number;
  readonly timestep_scaling: number;
}

/** What the classes of diffusers take for a field that the config leaves out, where they agree. */
const common: SettledConfig = {
  num_train_timesteps: 1000,
  beta_start: 0.0001,
  beta_end: 0.02,
  beta_schedule: 'linear',
  trained_betas: null,
  prediction_type: 'epsilon',
  timestep_spacing: 'linspace',
  steps_offset: 0,
  clip_sample: false,
  clip_sample_range: 1,
  thresholding: false,
  dynamic_thresholding_ratio: 0.995,
  sample_max_value: 1,
  set_alpha_to_one: false,
  skip_prk_steps: false,
  rescale_betas_zero_snr: false,
  use_karras_sigmas: false,
  use_exponential_sigmas: false,
  use_beta_sigmas: false,
  use_lu_lambdas: false,
  use_flow_sigmas: false,
  use_dynamic_shifting: false,
  sigma_min: null,
  sigma_max: null,
  final_sigmas_type: 'zero',
  interpolation_type: 'linear',
  timestep_type: 'discrete',
  variance_type: null,
  solver_order: 2,
  algorithm_type: 'dpmsolver++',
  solver_type: 'midpoint',
  lower_order_final: true,
  euler_at_final: false,
  lambda_min_clipped: Number.NEGATIVE_INFINITY,
  predict_x0: true,
  disable_corrector: [],
  original_inference_steps: 50,
  timestep_scaling: 10,
};

type Field = keyof SettledConfig;

/** What every class reads. */
const everywhere: readonly Field[] = [
  'num_train_timesteps',
  'beta_start',
  'beta_end',
  'beta_schedule',
  'trained_betas',
  'prediction_type',
  'timestep_spacing',
  'steps_offset',
];

export interface ClassFields {
  /** The fields that this class reads, beside those that all do. */
  readonly reads: readonly Field[];
  readonly defaults: Partial<SettledConfig>;
  /** Of what the class reads: values that this version can't run. */
  readonly refuses: Partial<{ readonly [Name in Field]: readonly SettledConfig[Name][] }>;
}

/**
 * The config as a class of diffusers reads it: a field that the class does not have counts for nothing, one that is missing or null is
 * the class's default. `overrides` go before both. Throws `unsupported_config` {path, field, value}.
 */
export function settle(
  config: SchedulerConfig,
  { reads, defaults, refuses }: ClassFields,
  overrides: Partial<SettledConfig>,
  path: string,
): SettledConfig {
  const isRead = (field: string): boolean =>
    everywhere.some((one) => one === field) || reads.some((one) => one === field);
  const own = Object.fromEntries(
    Object.entries(config).filter(([field, value]) => isRead(field) && value !== null && value !== undefined),
  );
  const settled: SettledConfig = { ...common, ...defaults, ...own, ...overrides };
  for (const [field, refused] of Object.entries(refuses)) {
    const value: unknown = Reflect.get(settled, field);
    if (refused.some((one) => one === value)) refuse(path, field, value);
  }
  if (settled.use_karras_sigmas && settled.use_exponential_sigmas) refuse(path, 'use_exponential_sigmas', true);
  const { trained_betas: betas, num_train_timesteps: trained } = settled;
  if (betas !== null && betas.length !== trained) refuse(path, 'num_train_timesteps', trained);
  return settled;
}

export function refuse(path: string, field: string, value: unknown): never {
  throw new Failed('unsupported_config', { path, field: `"${field}"`, value });
}
