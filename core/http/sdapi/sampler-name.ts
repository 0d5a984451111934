import { type SamplerName, type SchedulerName, samplerNames, schedulerNames } from '../../contract/generate.ts';

interface SchedulerRow {
  readonly name: string;
  readonly label: SchedulerName;
  readonly aliases: readonly string[] | null;
  readonly default_rho: number;
  readonly need_inner_model: boolean;
}

/** As `GET /sdapi/v1/schedulers` lists them: those that run here. */
export const schedulerRows: readonly SchedulerRow[] = [
  { name: 'automatic', label: 'Automatic', aliases: null, default_rho: -1, need_inner_model: false },
  { name: 'uniform', label: 'Uniform', aliases: null, default_rho: -1, need_inner_model: true },
  { name: 'karras', label: 'Karras', aliases: null, default_rho: 7, need_inner_model: false },
  { name: 'exponential', label: 'Exponential', aliases: null, default_rho: -1, need_inner_model: false },
  { name: 'sgm_uniform', label: 'SGM Uniform', aliases: ['SGMUniform'], default_rho: -1, need_inner_model: true },
].filter(({ label }) => (schedulerNames as readonly string[]).includes(label)) as SchedulerRow[];

const aliases: Partial<Record<SamplerName, readonly string[]>> = {
  'DPM++ 2M': ['k_dpmpp_2m'],
  'DPM++ SDE': ['k_dpmpp_sde'],
  'DPM++ 2M SDE': ['k_dpmpp_2m_sde'],
  'Euler a': ['k_euler_a', 'k_euler_ancestral'],
  Euler: ['k_euler'],
  LMS: ['k_lms'],
  Heun: ['k_heun'],
  DPM2: ['k_dpm_2'],
  'DPM2 a': ['k_dpm_2_a'],
  DDIM: ['ddim'],
  PLMS: ['plms'],
  UniPC: ['unipc'],
  LCM: ['k_lcm'],
};

/** As `GET /sdapi/v1/samplers` lists them: those that run here. */
export const samplerRows = samplerNames
  .filter((name) => name !== 'Automatic')
  .map((name) => ({ name, aliases: aliases[name] ?? [], options: {} }));

/** What stable-diffusion-webui 1.10 takes for a sampler that it doesn't know, with a line in its log and no error. */
const fallbackSampler: SamplerName = 'DPM++ 2M';

export interface SamplerChoice {
  readonly sampler: SamplerName;
  readonly scheduler: SchedulerName;
  /** The name that was given, where nothing is called that. */
  readonly unknown: string | null;
}

/**
 * The sampler and scheduler of a request. `sampler_index` is the older name of `sampler_name`; `DPM++ 2M Karras` is the older way to say both,
 * and goes before the field `scheduler`. Names are matched exactly, schedulers also by label or alias; an unknown scheduler is Automatic.
 */
export function chooseSampler(given: {
  readonly sampler_name: string | null;
  readonly sampler_index: string | null;
  readonly scheduler: string | null;
}): SamplerChoice {
  const name = given.sampler_name || given.sampler_index || 'Euler';
  const combined = schedulerRows
    .flatMap((row) => wordsOf(row).map((word) => ({ row, word })))
    .find(({ word }) => name.endsWith(` ${word}`));
  const bare = combined === undefined ? name : name.slice(0, -combined.word.length - 1);
  const scheduler =
    combined?.row ?? schedulerRows.find((row) => given.scheduler !== null && wordsOf(row).includes(given.scheduler));
  const sampler = samplerNames.find((known) => known === bare);
  return {
    sampler: sampler ?? fallbackSampler,
    scheduler: scheduler?.label ?? 'Automatic',
    unknown: sampler === undefined ? name : null,
  };
}

function wordsOf({ label, name, aliases: others }: SchedulerRow): readonly string[] {
  return [label, name, ...(others ?? [])];
}
