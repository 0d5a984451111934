import type { Commands } from '../contract/command.ts';
import { Failed } from '../contract/failure.ts';
import type { GenerateRequest } from '../contract/generate/generate.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Library } from '../library/library.ts';
import type { Imaging } from '../processing/imaging/imaging.ts';
import { keepInitPicture } from '../processing/pictures/input-pictures.ts';
import { snapshotOptions } from '../processing/settings/options.ts';
import type { SettingsStore } from '../processing/settings/settings.ts';
import { noModel } from '../resolve-model.ts';

interface JobRooms {
  readonly jobs: Jobs;
  readonly library: Library;
  readonly settings: Pick<SettingsStore, 'current'>;
  readonly imaging: Pick<Imaging, 'checkInit'>;
  /** Where pictures to start from are kept. */
  readonly inputsPath: string;
}

type JobCommand = 'jobs.generate' | 'jobs.list' | 'jobs.show' | 'jobs.wait' | 'jobs.cancel' | 'pictures.list';

/** The rows of the command table that ask for pictures and follow them, carried out. */
export function commandsOfJobs({ jobs, library, settings, imaging, inputsPath }: JobRooms): Pick<Commands, JobCommand> {
  return {
    'jobs.generate': async ({ request, origin, ...extras }) => {
      snapshotOptions(settings.current(), extras.overrides);
      const named = await namedModel(request, library);
      return jobs.enqueue(await keepInitPicture(named, inputsPath, imaging), origin, extras);
    },
    'jobs.list': async (query) => jobs.list(query),
    'jobs.show': async ({ job_id }) => jobs.show(job_id),
    'jobs.wait': ({ job_id, timeout_ms }) => jobs.wait(job_id, timeout_ms),
    'jobs.cancel': ({ job_id }) => jobs.cancel(job_id),
    'pictures.list': async (query) => jobs.pictures(query),
  };
}

/** The request with its model named, so that its job says for good which one it was; an unknown one is refused before it is queued. */
async function namedModel(request: GenerateRequest, library: Library): Promise<GenerateRequest> {
  if (request.bundle !== undefined) {
    if (request.model_id === undefined) return request;
    throw new Failed('invalid_input', { field: 'bundle', reason: 'name a model or a folder, not both' });
  }
  const model_id = request.model_id ?? library.starterModelId();
  if (model_id === null) throw noModel();
  await library.show(model_id);
  return { ...request, model_id };
}
