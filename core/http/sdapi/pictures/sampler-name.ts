import {
  type SamplerName,
  type SchedulerName,
  samplerNames,
  schedulerNames,
} from '../../../contract/generate/generate.ts';

interface SchedulerRow {
  readonly name: string;
  readonly label: string;
  readonly aliases: readonly string[] | null;
  readonly default_rho: number;
  readonly need_inner_model: boolean;
}

const row = (
  name: string,
  label: string,
  { aliases = null, default_rho = -1, need_inner_model = false }: Partial<SchedulerRow> = {},
): SchedulerRow => ({ name, label, aliases, default_rho, need_inner_model });

/** Those of stable-diffusion-webui 1.10, in its order: each may end the name of a sampler. */
const allSchedulers: readonly SchedulerRow[] = [
  row('automatic', 'Automatic'),
  row('uniform', 'Uniform', { need_inner_model: true }),
  row('karras', 'Karras', { default_rho: 7 }),
  row('exponential', 'Exponential'),
  row('polyexponential', 'Polyexponential', { default_rho: 1 }),
  row('sgm_uniform', 'SGM Uniform', { need_inner_model: true, aliases: ['SGMUniform'] }),
  row('kl_optimal', 'KL Optimal'),
  row('align_your_steps', 'Align Your Steps'),
  row('simple', 'Simple', { need_inner_model: true }),
  row('normal', 'Normal', { need_inner_model: true }),
  row('ddim', 'DDIM', { need_inner_model: true }),
  row('beta', 'Beta', { need_inner_model: true }),
];

/** As `GET /sdapi/v1/schedulers` lists them: those that run here. */
export const schedulerRows = allSchedulers.filter(({ label }) => isScheduler(label));

interface SamplerRow {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Every value a string, as Python writes it. `scheduler` is what Automatic means for this sampler. */
  readonly options: Readonly<Record<string, string>>;
}

/** stable-diffusion-webui 1.10's, in its order; DDPM is ours. */
const allSamplers: readonly SamplerRow[] = [
  { name: 'DPM++ 2M', aliases: ['k_dpmpp_2m'], options: { scheduler: 'karras' } },
  {
    name: 'DPM++ SDE',
    aliases: ['k_dpmpp_sde'],
    options: { scheduler: 'karras', second_order: 'True', brownian_noise: 'True' },
  },
  { name: 'DPM++ 2M SDE', aliases: ['k_dpmpp_2m_sde'], options: { scheduler: 'exponential', brownian_noise: 'True' } },
  { name: 'Euler a', aliases: ['k_euler_a', 'k_euler_ancestral'], options: { uses_ensd: 'True' } },
  { name: 'Euler', aliases: ['k_euler'], options: {} },
  { name: 'LMS', aliases: ['k_lms'], options: {} },
  { name: 'Heun', aliases: ['k_heun'], options: { second_order: 'True' } },
  {
    name: 'DPM2',
    aliases: ['k_dpm_2'],
    options: { scheduler: 'karras', discard_next_to_last_sigma: 'True', second_order: 'True' },
  },
  {
    name: 'DPM2 a',
    aliases: ['k_dpm_2_a'],
    options: { scheduler: 'karras', discard_next_to_last_sigma: 'True', uses_ensd: 'True', second_order: 'True' },
  },
  { name: 'DDIM', aliases: ['ddim'], options: {} },
  { name: 'PLMS', aliases: ['plms'], options: {} },
  { name: 'UniPC', aliases: ['unipc'], options: {} },
  { name: 'LCM', aliases: ['k_lcm'], options: {} },
  { name: 'DDPM', aliases: ['ddpm'], options: {} },
];

/** As `GET /sdapi/v1/samplers` lists them: those that run here. */
export const samplerRows = allSamplers.filter(({ name }) => isSampler(name));

/** What stable-diffusion-webui 1.10 takes for a sampler that it doesn't know, with a line in its log and no error. */
const fallbackSampler: SamplerName = 'DPM++ 2M';

/** Those whose steps are their own: other noise levels than these can't be had. */
const ownSteps: Partial<Record<SamplerName, readonly SchedulerName[]>> = {
  DDIM: ['Automatic', 'Uniform', 'SGM Uniform'],
  DDPM: ['Automatic', 'Uniform', 'SGM Uniform'],
  PLMS: ['Automatic', 'Uniform', 'SGM Uniform'],
  LCM: ['Automatic'],
};

export interface SamplerChoice {
  readonly sampler: SamplerName;
  readonly scheduler: SchedulerName;
  /** What could not be had as it was asked for, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * The sampler and scheduler of a request. `sampler_index` is the older name of `sampler_name`; `DPM++ 2M Karras` is the older way to say both,
 * and goes before the field `scheduler`. Names are matched exactly, schedulers also by label or alias. Automatic is the sampler's own.
 */
export function chooseSampler(given: {
  readonly sampler_name: string | null;
  readonly sampler_index: string | null;
  readonly scheduler: string | null;
}): SamplerChoice {
  const name = given.sampler_name || given.sampler_index || 'Euler';
  const combined = allSchedulers
    .flatMap((one) => wordsOf(one).map((word) => ({ row: one, word })))
    .find(({ word }) => name.endsWith(` ${word}`));
  const bare = combined === undefined ? name : name.slice(0, -combined.word.length - 1);
  const sampler = isSampler(bare) ? bare : fallbackSampler;
  const wanted =
    combined?.row ?? allSchedulers.find((one) => given.scheduler !== null && wordsOf(one).includes(given.scheduler));
  const scheduler = schedulerFor(sampler, wanted);
  const isOwn = wanted === undefined || wanted.label === 'Automatic' || wanted.label === scheduler;
  return {
    sampler,
    scheduler,
    warnings: [
      ...(isSampler(bare) ? [] : [`The sampler "${name}" is not known here: ${fallbackSampler} was used.`]),
      ...(isOwn ? [] : [`${sampler} can't be had with the noise levels ${wanted.label} here: its own were used.`]),
    ],
  };
}

function schedulerFor(sampler: SamplerName, wanted: SchedulerRow | undefined): SchedulerName {
  const can = (label: string): label is SchedulerName =>
    isScheduler(label) && (ownSteps[sampler]?.includes(label) ?? true);
  if (wanted !== undefined && wanted.label !== 'Automatic' && can(wanted.label)) return wanted.label;
  const own = allSamplers.find(({ name }) => name === sampler)?.options.scheduler;
  const usual = allSchedulers.find(({ name }) => name === own)?.label;
  return usual !== undefined && can(usual) ? usual : 'Automatic';
}

function wordsOf({ label, name, aliases }: SchedulerRow): readonly string[] {
  return [label, name, ...(aliases ?? [])];
}

function isSampler(name: string): name is SamplerName {
  return (samplerNames as readonly string[]).includes(name);
}

function isScheduler(label: string): label is SchedulerName {
  return (schedulerNames as readonly string[]).includes(label);
}
