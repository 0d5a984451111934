import { carryOut } from './commands/carry-out.ts';
import type { Commands } from './contract/command.ts';
import { Failed } from './contract/failure.ts';
import type { ProviderName, ProviderReport } from './contract/generate/runner.ts';
import { ModelId } from './contract/ids.ts';
import { createEvents, type Events } from './events.ts';
import { type Folders, resolveFolders } from './folders.ts';
import { openJobs } from './jobs/jobs.ts';
import type { Library } from './library/library.ts';
import { openLibrary } from './library/open-library.ts';
import { type Log, openLog } from './log.ts';
import { Mappings } from './mapping/mappings.ts';
import { type OpenRunner, openRunner } from './open-runner.ts';
import { createImagingProcess } from './processing/imaging/process/imaging-process.ts';
import { createImageTools, type ImageTools } from './processing/pictures/image-tools.ts';
import { processImages } from './processing/process-images.ts';
import { ProcessingRunner, type RunHooks } from './processing/processing-runner.ts';
import { openSettings } from './processing/settings/settings.ts';
import { upscaleImages } from './processing/upscale-images.ts';
import { findProgramFiles } from './program-files.ts';
import { type DoorPlace, fixedDoor } from './public-door.ts';
import { resolveModel } from './resolve-model.ts';
import { createPromptCounter } from './runner/prompt-counter/prompt-counter.ts';

export interface AppOptions {
  /** As options, environment and platform have them unless told. */
  readonly folders?: Folders;
  /** `VITRINE_RUNNER`, `VITRINE_ALLOW_FAKE` and `VITRINE_PROVIDER` are read from it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The runner process's program, and a real Node executable to run it and the process that reads and writes pictures. */
  readonly runnerEntry?: string;
  readonly nodeExecutable?: string;
  /** The model that a new library begins with; null begins with none. */
  readonly starterBundle?: string | null;
  /** The folder of rule files for other apps; null knows none. */
  readonly mappingRules?: string | null;
  readonly version?: string;
  readonly log?: Log;
  /** Whether jobs that an earlier run left waiting are run; true unless told. */
  readonly resumesQueue?: boolean;
  /** Whether files are watched and hashed in the background; true unless told. A command that ends at once has no use for it. */
  readonly watches?: boolean;
  /** Whether index and disk are brought together at the start; true unless told. The command that asks for just that wants to hear what it changed. */
  readonly reconcilesAtStart?: boolean;
  /** Of this core alone, which closes it; the one that `env` asks for unless given. */
  readonly runner?: OpenRunner;
  /** How long after the start the care for the library begins, so that what waits for a picture has the processor: at once unless told. */
  readonly upkeepDelayMs?: number;
  /** Whether anybody could look at a picture while it forms: true unless told. A preview costs the starter model six steps. */
  readonly showsPreviews?: boolean;
  /** Why the library may only be read by this process; it is written where this is left out. */
  readonly refusal?: Failed | undefined;
  /** Look into every run. */
  readonly observers?: readonly RunHooks[];
  readonly now?: () => Date;
}

/** The core, built and running. */
export interface App extends AsyncDisposable {
  readonly commands: Commands;
  readonly events: Events;
  readonly pictures: {
    /** The file of a picture; null where no job made one of that id. */
    pathOf(artifactId: string): string | null;
    /** The picture that stands for a model; null where it has none. */
    previewOf(modelId: string): Promise<string | null>;
  };
  readonly imageTools: ImageTools;
  readonly folders: Folders;
  readonly version: string;
  readonly log: Log;
  /** Of the door for other programs; empty until somebody opens one. */
  readonly door: DoorPlace;
  /** Puts the running job back into the queue, leaves the waiting ones there, ends the runner. */
  close(): Promise<void>;
}

/**
 * Builds the rooms in order, hands each what it needs, closes them in reverse. Whoever calls this holds the library's lock: see instance.ts.
 * Throws `Failed` for a library or a database that can't be opened, and `invalid_input` for a runner or provider of no known name.
 */
export async function createApp(options: AppOptions = {}): Promise<App> {
  const { env = process.env, now = () => new Date(), folders = resolveFolders() } = options;
  const program = findProgramFiles();
  const version = options.version ?? program.version;

  await using undo = new AsyncDisposableStack();
  const log = options.log ?? openLog({ path: folders.logPath, isVerbose: env.VITRINE_DEBUG === '1' });
  const events = createEvents({ onListenerError: (error) => log.error({ err: error }, 'listener failed') });

  const nodePath = options.nodeExecutable ?? process.execPath;
  const imaging = createImagingProcess({
    entryPath: program.imagingEntry,
    nodePath,
    log: (line) => log.info({ from: 'imaging' }, line),
  });
  undo.defer(() => imaging.close());

  const chosen = options.runner ?? openRunner({ ...options, folders, log, env });
  const { imageRunner, provider } = chosen;
  undo.defer(() => imageRunner.close());
  chosen.listen((status) => events.emit({ kind: 'runner_changed', runner: status }));
  // The process that writes pictures starts while the model loads, on a core that has nothing else to do.
  const runner = new ProcessingRunner(imageRunner, [{ onPrepare: imaging.warmUp }, ...(options.observers ?? [])]);

  let providers: readonly ProviderReport[] = [];
  const engines = () => ({
    platform: `${process.platform}-${process.arch}`,
    runtimeVersion: program.runtimeVersion ?? 'unknown',
    executionProviders: providersInOrder(providers, provider),
  });
  const mappings = new Mappings({
    shippedRulesPath: options.mappingRules === undefined ? program.mappingRules : options.mappingRules,
    mappingsPath: folders.mappingsPath,
    threadEntry: program.linkThreadEntry,
    libraryPath: folders.libraryPath,
    models: () => library.files(),
    emit: events.emit,
    now,
    log: (message, facts) => log.info(facts ?? {}, message),
  });
  const library = await openLibrary({
    ...engines(),
    rootPath: folders.libraryPath,
    executionProviders: () => engines().executionProviders,
    emit: events.emit,
    now,
    log: (message, facts) => log.info(facts ?? {}, message),
    watches: options.watches ?? true,
    reconcilesAtStart: options.reconcilesAtStart ?? true,
    ...(options.upkeepDelayMs !== undefined && { timing: { upkeepDelayMs: options.upkeepDelayMs } }),
    workerEntry: program.libraryWorkerEntry,
    linksTo: (id) => mappings.linksTo(id),
    drawPreview: imaging.drawModelPreview,
    refusal: options.refusal,
  });
  undo.defer(() => library.close());
  undo.defer(() => mappings.close());
  if (options.watches ?? true) mappings.watchOwnRules();
  undo.defer(
    events.listen(({ event }) => {
      if (event.kind !== 'model_removed') return;
      mappings.modelRemoved(event.model_id).catch((error: unknown) => log.error({ err: error }, 'links not told'));
    }),
  );
  // Reading whole files in the background would take the disk and a core from the picture that somebody waits for.
  undo.defer(
    events.listen(({ event }) => {
      if (event.kind === 'runner_changed') library.pauseHashing(event.runner.state === 'busy');
    }),
  );
  if (library.refusal === null)
    await adoptStarter(
      library,
      options.starterBundle === undefined ? program.starterBundle : options.starterBundle,
      log,
    );

  const settings = openSettings(folders.settingsPath, (message) => log.warn(message));
  const optionsNow = () => ({
    ...settings.current(),
    ...(env.VITRINE_PROVIDER && { execution_provider: provider }),
    ...(options.showsPreviews === false && { live_previews_enable: false }),
  });
  const jobs = openJobs({
    path: folders.jobsPath,
    emit: events.emit,
    now,
    log: (message) => log.warn(message),
    resumesQueue: options.resumesQueue ?? true,
    startsPaused: settings.current().queue_starts_paused,
    maxQueued: () => settings.current().queue_limit,
    maxEnded: () => settings.current().history_limit,
    execute: (job, { step, signal, skips, drawnSeed, firstItem, extras, onProgress, onPreview, onArtifact }) => {
      const run = {
        jobId: job.id,
        outputsPath: folders.outputsPath,
        imaging,
        signal,
        options: optionsNow(),
        overrides: extras.overrides ?? {},
        firstItem,
        onProgress,
        onArtifact,
        now,
      };
      if (step === 'upscale') {
        const made = job.artifacts.filter((artifact) => artifact.step === 'generate');
        return upscaleImages(made, { ...run, scale: job.chain?.upscale.scale ?? 2 });
      }
      // After its options were read, and whether it fails or not.
      if (extras.keeps_overrides) settings.keep(extras.overrides ?? {});
      return processImages(job.request, {
        ...run,
        skips,
        inputsPath: folders.inputsPath,
        runner,
        resolveModel: (request) => resolveModel(request, { library, engines, now }),
        version,
        drawnSeed,
        onPreview: (itemIndex, picture) => onPreview(itemIndex, () => imaging.drawPreview(picture)),
      });
    },
  });
  undo.defer(() => jobs.close());

  const counter = createPromptCounter(program.promptCounterEntry);
  undo.defer(() => counter.close());
  const probe = async (fresh: boolean) => {
    providers = await chosen.probe(fresh);
    return providers;
  };
  const door: DoorPlace = { current: fixedDoor(null) };
  const commands = carryOut({
    door,
    library,
    mappings,
    jobs,
    settings,
    folders,
    version,
    program,
    probe,
    runner: imageRunner,
    counter,
    imaging,
    events,
  });
  log.info({ version, runner: chosen.kind, provider, library: folders.libraryPath }, 'started');
  const rooms = undo.move();
  const close = async () => {
    await rooms.disposeAsync();
    log.info('ended');
  };
  const pictures = {
    pathOf: (id: string) => jobs.artifactPath(id),
    previewOf: async (id: string) => {
      const checked = ModelId.safeParse(id);
      return checked.success ? library.previewPath(checked.data).catch(() => null) : null;
    },
  };
  const imageTools = createImageTools(imaging);
  return { commands, events, pictures, imageTools, folders, version, log, door, close, [Symbol.asyncDispose]: close };
}

/** A library without the starter model is a library all the same: on a full drive, say. */
async function adoptStarter(library: Library, bundlePath: string | null, log: Log): Promise<void> {
  if (bundlePath === null) return;
  try {
    await library.adoptStarter(bundlePath);
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    log.warn({ failure: error.failure }, 'no starter model');
  }
}

/** Those that are known to work, the ones made for the hardware first; before any was tried, the one that always does. */
function providersInOrder(reports: readonly ProviderReport[], wanted: ProviderName): readonly string[] {
  if (wanted !== 'auto') return [wanted];
  const usable = reports.filter((report) => report.usable && report.name !== 'cpu').map(({ name }) => name);
  return [...usable, 'cpu'];
}
