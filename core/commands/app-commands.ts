import type { Commands } from '../contract/command.ts';
import { Failed } from '../contract/failure.ts';
import type { ImageRunner, ProviderReport } from '../contract/generate/runner.ts';
import type { Events } from '../events.ts';
import type { Folders } from '../folders.ts';
import { keepLibrary } from '../kept-library.ts';
import type { Library } from '../library/library.ts';
import type { ProgramFiles } from '../program-files.ts';

interface AppFacts {
  readonly library: Library;
  readonly events: Pick<Events, 'sequence'>;
  readonly folders: Folders;
  readonly version: string;
  readonly program: Pick<ProgramFiles, 'runtimeVersion'>;
  /** What the runner found out about providers; `fresh` forgets what it remembered. */
  readonly probe: (fresh: boolean) => Promise<readonly ProviderReport[]>;
  readonly runner: Pick<ImageRunner, 'status'>;
}

/** The rows of the command table about the program itself, carried out. */
export function commandsOfApp(facts: AppFacts): Pick<Commands, 'app.status' | 'app.chooseLibrary' | 'app.doctor'> {
  const { library, events, folders, version, program, probe, runner } = facts;
  return {
    'app.status': async () => ({
      status: 'ok',
      version,
      runner: runner.status(),
      library_path: folders.libraryPath,
      data_path: folders.dataPath,
      model_count: library.count(),
      starter_model_id: library.starterModelId(),
      event_sequence: events.sequence,
      ...(library.refusal !== null && { library_refusal: library.refusal.failure }),
    }),
    'app.chooseLibrary': async ({ path }) => {
      if (folders.libraryFrom === 'option' || folders.libraryFrom === 'environment')
        throw new Failed('conflict', {
          reason: `The library folder was given by ${folders.libraryFrom === 'option' ? '--library' : 'VITRINE_LIBRARY'}. Start Vitrine without it to choose one here.`,
        });
      await keepLibrary(folders.dataPath, path);
      return { library_path: path };
    },
    'app.doctor': async ({ fresh }) => ({
      providers: [...(await probe(fresh))],
      version,
      node_version: process.version,
      platform: `${process.platform}-${process.arch}`,
      onnxruntime_version: program.runtimeVersion,
      runner: runner.status(),
      library_path: folders.libraryPath,
      data_path: folders.dataPath,
      log_path: folders.logPath,
    }),
  };
}
