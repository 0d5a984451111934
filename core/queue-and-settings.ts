import { z } from 'zod';
import type { Commands } from './contract/command.ts';
import { defaultOptions, Options } from './contract/options.ts';
import type { promptCommands } from './contract/prompt.ts';
import type { queueCommands } from './contract/queue-commands.ts';
import type { ImageRunner } from './contract/runner.ts';
import type { settingsCommands } from './contract/settings-commands.ts';
import type { Jobs } from './jobs/jobs.ts';
import type { Library } from './library/library.ts';
import type { SettingsStore } from './processing/settings.ts';
import { noModel } from './resolve-model.ts';
import type { PromptCounter } from './runner/prompt-counter/prompt-counter.ts';

/** The queue's rows of the command table, carried out. */
export function commandsOfQueue(
  jobs: Jobs,
  runner: Pick<ImageRunner, 'status' | 'unload'>,
): Pick<Commands, keyof typeof queueCommands> {
  return {
    'jobs.retry': async ({ job_id }) => jobs.again(job_id, { onlyUnfinished: true }),
    'jobs.duplicate': async ({ job_id }) => jobs.again(job_id, { onlyUnfinished: false }),
    'jobs.move': async ({ job_id, place, other_job_id }) => jobs.move({ jobId: job_id, place, otherId: other_job_id }),
    'jobs.remove': async ({ job_id }) => ({ removed: jobs.forget(job_id) }),
    'jobs.counts': async () => jobs.counts(),
    'jobs.skip': async ({ job_id, makes_others }) => jobs.skip(job_id, { makesOthers: makes_others }),
    'jobs.events': async ({ job_id, after, limit }) => ({ events: jobs.events(job_id, after, limit) }),
    'queue.show': async () => jobs.queue(),
    'queue.pause': ({ when }) => jobs.pause(when),
    'queue.resume': async () => jobs.resume(),
    'runner.unload': async () => {
      await runner.unload();
      return runner.status();
    },
    'queue.clear': async ({ what }) =>
      what === 'waiting' ? { canceled: jobs.cancelWaiting(), removed: 0 } : { canceled: 0, removed: jobs.forget() },
  };
}

/** The options' rows of the command table, carried out. */
export function commandsOfSettings(settings: SettingsStore): Pick<Commands, keyof typeof settingsCommands> {
  const { $schema: _, ...schema } = z.toJSONSchema(Options, { io: 'input' });
  return {
    'settings.get': async () => ({ options: settings.current(), defaults: defaultOptions, schema }),
    'settings.set': async ({ changes }) => ({ options: await settings.set(changes) }),
  };
}

/** The prompts' rows of the command table, carried out: by the tokenizer of the model itself, whether it can run or not. */
export function commandsOfPrompts(
  library: Pick<Library, 'show' | 'starterModelId'>,
  settings: Pick<SettingsStore, 'current'>,
  counter: Pick<PromptCounter, 'count'>,
): Pick<Commands, keyof typeof promptCommands> {
  return {
    'prompts.count': async ({ model_id, prompt_syntax, ...input }) => {
      const id = model_id ?? library.starterModelId();
      if (id === null) throw noModel();
      const { entry_path } = await library.show(id);
      return counter.count({
        ...input,
        entry_path,
        prompt_syntax: prompt_syntax ?? settings.current().prompt_syntax,
      });
    },
  };
}
