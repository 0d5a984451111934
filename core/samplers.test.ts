import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSchedulerConfig } from './diffusion/schedulers/read-scheduler-config.ts';
import { schedulerFor } from './diffusion/schedulers/scheduler-for.ts';
import { chooseSampler, samplerRows, schedulerRows } from './http/sdapi/pictures/sampler-name.ts';

const bundles = join(import.meta.dirname, 'diffusion', 'reference', 'bundles');

test.each(['sd15-tiny', 'sd21-tiny', 'sdxl-tiny'])(
  'every sampler and scheduler that /sdapi lists runs on %s, with its own noise levels or others',
  async (name) => {
    const path = join(bundles, name, 'scheduler', 'scheduler_config.json');
    const config = await readSchedulerConfig(path);
    for (const { name: sampler_name } of samplerRows)
      for (const { name: wanted } of schedulerRows) {
        const { sampler, scheduler } = chooseSampler({ sampler_name, sampler_index: null, scheduler: wanted });
        const made = schedulerFor({ config, path, sampler, scheduler, steps: 3 }).make();
        expect(made.timesteps.length, `${sampler_name} ${wanted}`).toBeGreaterThan(0);
      }
  },
);
