import type { Commands } from '../contract/command.ts';
import type { ImageRunner, ProviderReport } from '../contract/generate/runner.ts';
import type { Events } from '../events.ts';
import type { Folders } from '../folders.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Library } from '../library/library.ts';
import { starterPrompts } from '../library/starter/starter-prompts.ts';
import type { Mappings } from '../mapping/mappings.ts';
import type { Imaging } from '../processing/imaging/imaging.ts';
import type { SettingsStore } from '../processing/settings/settings.ts';
import type { ProgramFiles } from '../program-files.ts';
import { commandsOfDoor, type DoorPlace } from '../public-door.ts';
import { usualParametersOf } from '../resolve-model.ts';
import type { PromptCounter } from '../runner/prompt-counter/prompt-counter.ts';
import { commandsOfApp } from './app-commands.ts';
import { commandsOfJobs } from './job-commands.ts';
import { commandsOfLibrary } from './library-commands.ts';
import { commandsOfMapping, commandsOfTasks } from './mapping-commands.ts';
import { commandsOfPictures } from './picture-commands.ts';
import { commandsOfPrompts } from './prompt-commands.ts';
import { commandsOfQueue } from './queue-commands.ts';
import { commandsOfSettings } from './settings-commands.ts';

/** Everything that a command may be handed to. */
export interface Rooms {
  readonly door: DoorPlace;
  readonly library: Library;
  readonly mappings: Mappings;
  readonly jobs: Jobs;
  readonly settings: SettingsStore;
  readonly events: Events;
  readonly folders: Folders;
  readonly version: string;
  readonly program: ProgramFiles;
  readonly probe: (fresh: boolean) => Promise<readonly ProviderReport[]>;
  readonly runner: ImageRunner;
  readonly counter: PromptCounter;
  readonly imaging: Imaging;
}

/** The command table, carried out: each row handed to its room. The compiler proves that none is missing. */
export function carryOut(rooms: Rooms): Commands {
  const { door, library, mappings, jobs, settings, runner, counter, imaging } = rooms;
  const { inputsPath } = rooms.folders;
  return {
    ...commandsOfLibrary(library),
    ...commandsOfTasks(mappings, library),
    ...commandsOfJobs({ jobs, library, settings, imaging, inputsPath }),
    ...commandsOfPictures({ jobs, library, imaging, inputsPath }),
    ...commandsOfPrompts(library, settings, counter),
    ...commandsOfMapping(mappings),
    ...commandsOfQueue(jobs, runner),
    ...commandsOfSettings(settings),
    ...commandsOfDoor(door),
    ...commandsOfApp(rooms),
    'models.parameters': ({ model_id }) => usualParametersOf(model_id, library),
    'starter.prompts': async () => starterPrompts,
  };
}
