import type { SamplerName } from '../../contract/generate/generate.ts';
import { ddim } from './samplers/ddim.ts';
import { ddpm } from './samplers/ddpm.ts';
import { dpmSde } from './samplers/dpm-sde.ts';
import { dpmSolver } from './samplers/dpm-solver.ts';
import { dpm2, dpm2Ancestral } from './samplers/dpm2.ts';
import { euler, eulerAncestral } from './samplers/euler.ts';
import { heun } from './samplers/heun.ts';
import { lcm } from './samplers/lcm.ts';
import { lms } from './samplers/lms.ts';
import { pndm } from './samplers/pndm.ts';
import { unipc } from './samplers/unipc.ts';
import type { Scheduler } from './scheduler.ts';
import type { ClassFields, SettledConfig } from './settled-config.ts';

export interface SchedulerClass extends ClassFields {
  readonly make: (config: SettledConfig, steps: number) => Scheduler;
  /** Looks training timesteps up in a table, so that none may lie past its end. */
  readonly usesTable: boolean;
}

const respacing = ['use_karras_sigmas', 'use_exponential_sigmas', 'use_beta_sigmas'] as const;
const clipping = ['clip_sample', 'clip_sample_range'] as const;
const thresholding = ['thresholding', 'dynamic_thresholding_ratio', 'sample_max_value'] as const;
/** Beta spacing needs the inverse of the incomplete beta function. */
const noBeta = { use_beta_sigmas: [true] } as const;
const noFlow = { use_flow_sigmas: [true], use_dynamic_shifting: [true] } as const;
const noSample = { prediction_type: ['sample'] } as const;
/** Networks that predict their variance have twice the channels: none of Stable Diffusion's does. */
const learned = ['learned', 'learned_range'] as const;
const latentBetas = { beta_start: 0.00085, beta_end: 0.012 } as const;

/** The classes of diffusers that this version runs: what each reads of a config, and what it takes for what is missing. */
export const schedulerClasses = {
  DDIMScheduler: {
    make: ddim,
    usesTable: true,
    reads: [...clipping, ...thresholding, 'set_alpha_to_one', 'rescale_betas_zero_snr'],
    defaults: { clip_sample: true, set_alpha_to_one: true, timestep_spacing: 'leading' },
    refuses: {},
  },
  DDPMScheduler: {
    make: ddpm,
    usesTable: true,
    reads: [...clipping, ...thresholding, 'variance_type', 'rescale_betas_zero_snr'],
    defaults: { clip_sample: true, timestep_spacing: 'leading' },
    refuses: { variance_type: [...learned, 'fixed_large_log'] },
  },
  PNDMScheduler: {
    make: pndm,
    usesTable: true,
    reads: ['skip_prk_steps', 'set_alpha_to_one'],
    defaults: { timestep_spacing: 'leading' },
    refuses: noSample,
  },
  LMSDiscreteScheduler: { make: lms, usesTable: false, reads: respacing, defaults: {}, refuses: noBeta },
  EulerDiscreteScheduler: {
    make: euler,
    usesTable: false,
    reads: [
      ...respacing,
      'interpolation_type',
      'sigma_min',
      'sigma_max',
      'timestep_type',
      'rescale_betas_zero_snr',
      'final_sigmas_type',
    ],
    defaults: {},
    refuses: { ...noBeta, interpolation_type: ['log_linear'] },
  },
  EulerAncestralDiscreteScheduler: {
    make: eulerAncestral,
    usesTable: false,
    reads: ['rescale_betas_zero_snr'],
    defaults: {},
    refuses: noSample,
  },
  HeunDiscreteScheduler: {
    make: heun,
    usesTable: false,
    reads: [...respacing, ...clipping],
    defaults: latentBetas,
    refuses: noBeta,
  },
  KDPM2DiscreteScheduler: {
    make: dpm2,
    usesTable: false,
    reads: respacing,
    defaults: latentBetas,
    refuses: { ...noBeta, ...noSample },
  },
  KDPM2AncestralDiscreteScheduler: {
    make: dpm2Ancestral,
    usesTable: false,
    reads: respacing,
    defaults: latentBetas,
    refuses: { ...noBeta, ...noSample },
  },
  DPMSolverSDEScheduler: {
    make: dpmSde,
    usesTable: false,
    reads: respacing,
    defaults: latentBetas,
    refuses: { ...noBeta, ...noSample },
  },
  DPMSolverMultistepScheduler: {
    make: dpmSolver,
    usesTable: false,
    reads: [
      ...respacing,
      ...thresholding,
      'solver_order',
      'algorithm_type',
      'solver_type',
      'lower_order_final',
      'euler_at_final',
      'use_lu_lambdas',
      'use_flow_sigmas',
      'use_dynamic_shifting',
      'final_sigmas_type',
      'lambda_min_clipped',
      'variance_type',
      'rescale_betas_zero_snr',
    ],
    defaults: {},
    refuses: { ...noBeta, ...noFlow, variance_type: learned },
  },
  UniPCMultistepScheduler: {
    make: unipc,
    usesTable: false,
    reads: [
      ...respacing,
      ...thresholding,
      'solver_order',
      'predict_x0',
      'solver_type',
      'lower_order_final',
      'disable_corrector',
      'use_flow_sigmas',
      'use_dynamic_shifting',
      'final_sigmas_type',
      'rescale_betas_zero_snr',
      'sigma_min',
      'sigma_max',
    ],
    defaults: { solver_type: 'bh2' },
    refuses: { ...noBeta, ...noFlow },
  },
  LCMScheduler: {
    make: lcm,
    usesTable: false,
    reads: [
      ...clipping,
      ...thresholding,
      'original_inference_steps',
      'set_alpha_to_one',
      'timestep_scaling',
      'rescale_betas_zero_snr',
    ],
    defaults: { ...latentBetas, beta_schedule: 'scaled_linear', set_alpha_to_one: true, timestep_spacing: 'leading' },
    refuses: {},
  },
} as const satisfies Record<string, SchedulerClass>;

export type SchedulerClassName = keyof typeof schedulerClasses;

/** Which class a sampler of stable-diffusion-webui is, and what it asks of it whatever the bundle's config says. */
export const samplerClasses: Readonly<
  Record<Exclude<SamplerName, 'Automatic'>, { className: SchedulerClassName; overrides: Partial<SettledConfig> }>
> = {
  Euler: { className: 'EulerDiscreteScheduler', overrides: {} },
  'Euler a': { className: 'EulerAncestralDiscreteScheduler', overrides: {} },
  DDIM: { className: 'DDIMScheduler', overrides: {} },
  DDPM: { className: 'DDPMScheduler', overrides: {} },
  PLMS: { className: 'PNDMScheduler', overrides: {} },
  LMS: { className: 'LMSDiscreteScheduler', overrides: {} },
  Heun: { className: 'HeunDiscreteScheduler', overrides: {} },
  DPM2: { className: 'KDPM2DiscreteScheduler', overrides: {} },
  'DPM2 a': { className: 'KDPM2AncestralDiscreteScheduler', overrides: {} },
  'DPM++ 2M': { className: 'DPMSolverMultistepScheduler', overrides: { algorithm_type: 'dpmsolver++' } },
  'DPM++ 2M SDE': { className: 'DPMSolverMultistepScheduler', overrides: { algorithm_type: 'sde-dpmsolver++' } },
  'DPM++ SDE': { className: 'DPMSolverSDEScheduler', overrides: {} },
  UniPC: { className: 'UniPCMultistepScheduler', overrides: {} },
  LCM: { className: 'LCMScheduler', overrides: {} },
};
