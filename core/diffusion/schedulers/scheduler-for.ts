import { Failed } from '../../contract/failure.ts';
import type { SamplerName, SchedulerName } from '../../contract/generate/generate.ts';
import type { Scheduler } from './scheduler.ts';
import { type SchedulerClass, type SchedulerClassName, samplerClasses, schedulerClasses } from './scheduler-classes.ts';
import { refuse, type SchedulerConfig, type SettledConfig, settle } from './settled-config.ts';

export interface SchedulerRequest {
  /** The bundle's scheduler_config.json, and where it lies. */
  readonly config: SchedulerConfig;
  readonly path: string;
  /** The class that model_index.json names, for a config that names none. */
  readonly indexClass?: string | null;
  readonly sampler: SamplerName;
  readonly scheduler: SchedulerName;
  readonly steps: number;
}

export interface ChosenScheduler {
  /** Never Automatic. */
  readonly sampler: Exclude<SamplerName, 'Automatic'>;
  readonly scheduler: SchedulerName;
  /** A new one for every picture: schedulers remember their steps. */
  make(): Scheduler;
}

/**
 * The scheduler that a request asks for, checked whole before anything runs. A named sampler is its class of diffusers made from the
 * bundle's config, `Automatic` the bundle's own class.
 *
 * `Uniform` and `SGM Uniform` are evenly spaced training timesteps, with both ends (`linspace`) or without the last (`trailing`).
 *
 * Throws `unsupported_config` for a config that this version can't run, `invalid_input` for a combination that diffusers doesn't have and
 * for a number of steps that the scheduler can't take.
 */
export function schedulerFor(request: SchedulerRequest): ChosenScheduler {
  const { config, path, sampler, scheduler, steps } = request;
  const { className, overrides } =
    sampler === 'Automatic' ? { className: classOf(request), overrides: {} } : samplerClasses[sampler];
  const found: SchedulerClass = schedulerClasses[className];
  const spacing = spacingOf(scheduler, found, className);
  const settled = settle(config, found, { ...overrides, ...spacing }, path);
  refuseMisfits(settled, className, path);
  if (steps > settled.num_train_timesteps) refuseSteps(settled.num_train_timesteps);
  const { timesteps } = found.make(settled, steps);
  refusePureNoise(settled, className, timesteps[0] ?? 0, path);
  if (found.usesTable && (timesteps[0] ?? 0) >= settled.num_train_timesteps) refuseSteps(steps - 1);
  return {
    sampler: sampler === 'Automatic' ? nameOf(className, settled) : sampler,
    scheduler: scheduler === 'Automatic' ? spacingName(settled) : scheduler,
    make: () => found.make(settled, steps),
  };
}

function classOf({ config, path, indexClass }: SchedulerRequest): SchedulerClassName {
  const name = config._class_name ?? indexClass ?? 'PNDMScheduler';
  return isClassName(name) ? name : refuse(path, '_class_name', name);
}

const isClassName = (name: string): name is SchedulerClassName => Object.hasOwn(schedulerClasses, name);

/** The class's own name at the door. Two samplers are one class: the config tells them apart. */
function nameOf(className: SchedulerClassName, { algorithm_type }: SettledConfig): ChosenScheduler['sampler'] {
  if (className === 'DPMSolverMultistepScheduler')
    return algorithm_type.startsWith('sde-') ? 'DPM++ 2M SDE' : 'DPM++ 2M';
  for (const [name, one] of Object.entries(samplerClasses)) {
    if (one.className === className) return name as ChosenScheduler['sampler'];
  }
  throw new RangeError(`${className} has no sampler's name`);
}

const spacingName = ({ use_karras_sigmas, use_exponential_sigmas }: SettledConfig): SchedulerName =>
  use_karras_sigmas ? 'Karras' : use_exponential_sigmas ? 'Exponential' : 'Automatic';

function spacingOf(
  scheduler: SchedulerName,
  { reads }: SchedulerClass,
  className: SchedulerClassName,
): Partial<SettledConfig> {
  if (scheduler === 'Automatic') return {};
  const plain = {
    use_karras_sigmas: false,
    use_exponential_sigmas: false,
    use_beta_sigmas: false,
    use_lu_lambdas: false,
  };
  switch (scheduler) {
    case 'Karras':
    case 'Exponential':
      if (!reads.includes('use_karras_sigmas') && className !== respacedOnRequest) refuseSpacing(scheduler);
      return { ...plain, [scheduler === 'Karras' ? 'use_karras_sigmas' : 'use_exponential_sigmas']: true };
    case 'Uniform':
    case 'SGM Uniform':
      // LCM takes the timesteps that its model was distilled on.
      if (className === 'LCMScheduler') refuseSpacing(scheduler);
      return { ...plain, timestep_spacing: scheduler === 'Uniform' ? 'linspace' : 'trailing' };
  }
}

/** diffusers' class knows no other spacing, stable-diffusion-webui's `Euler a` does: it is had by asking for it, never by a config. */
const respacedOnRequest: SchedulerClassName = 'EulerAncestralDiscreteScheduler';

function refuseSpacing(scheduler: SchedulerName): never {
  throw new Failed('invalid_input', {
    field: 'scheduler',
    reason: `The sampler can't be run with ${scheduler} noise levels. Choose Automatic, or another sampler.`,
  });
}

function refuseSteps(most: number): never {
  throw new Failed('invalid_input', { field: 'steps', reason: `This model's scheduler takes at most ${most} steps.` });
}

/** The classes that divide by what is left of the signal. At a terminal signal of 0, noise says nothing of what the picture is. */
const dividesBySignal: ReadonlySet<SchedulerClassName> = new Set(['DDIMScheduler', 'DDPMScheduler', 'LCMScheduler']);

function refusePureNoise(config: SettledConfig, className: SchedulerClassName, first: number, path: string): void {
  if (!dividesBySignal.has(className) || !config.rescale_betas_zero_snr || config.prediction_type !== 'epsilon') return;
  if (first < config.num_train_timesteps - 1) return;
  refuse(path, 'rescale_betas_zero_snr', 'true for a network that predicts noise ("prediction_type" is epsilon)');
}

/** Values that are fine alone but that diffusers refuses together. */
function refuseMisfits(config: SettledConfig, className: SchedulerClassName, path: string): void {
  if (className !== 'DPMSolverMultistepScheduler' || config.algorithm_type.endsWith('++')) return;
  if (config.algorithm_type === 'deis') return;
  if (config.final_sigmas_type === 'zero') refuse(path, 'algorithm_type', config.algorithm_type);
  if (config.algorithm_type === 'sde-dpmsolver' && config.solver_order === 3) refuse(path, 'solver_order', 3);
}
