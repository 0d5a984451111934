import type { CheckedInput, CommandName, CommandOutput, Commands } from '../../core/contract/command.ts';
import { checkInput } from '../../core/contract/command.ts';
import type { AppEvent } from '../../core/contract/event.ts';
import { Failed } from '../../core/contract/failure.ts';
import type { RunnerStatus } from '../../core/contract/generate/runner.ts';
import type { Artifact, Job } from '../../core/contract/jobs/job.ts';
import type { Metadata } from '../../core/contract/library/metadata.ts';
import type { ModelSummary } from '../../core/contract/library/model.ts';
import type { Updates } from '../../core/contract/shell/updates.ts';
import type { EventListener, WindowClient } from '../client/client.ts';
import { sampleClassification } from './sample-classification.ts';
import { sampleCount } from './sample-count.ts';
import { sampleLibrary } from './sample-library.ts';
import { sampleMappings } from './sample-mappings.ts';
import { sampleFindings, shelf, starter } from './sample-models.ts';
import { pastJobs } from './sample-past.ts';
import { samplePicture } from './sample-picture.ts';
import { sampleQueue } from './sample-queue.ts';
import { sampleArtifact, sampleJob, sampleModel } from './sample-records.ts';
import { sampleServer } from './sample-server.ts';
import { sampleSettings } from './sample-settings.ts';

const stepMs = 120;

/**
 * A core in memory, to look at the window without one. `scenario`: `shelf`, `first` (only the starter), `empty`, `huge` (100,000 models),
 * `fake` (the fake runner), `fails` (every job fails).
 */
export function createSampleClient(scenario: string): WindowClient {
  const models = new Map(initialModels(scenario).map((model) => [model.model_id as string, model]));
  const records = new Map([...models.values()].map((model) => [model.model_id as string, recordOf(model)]));
  const jobs = new Map<string, Job>();
  const pictures: Artifact[] = scenario === 'shelf' || scenario === 'fails' ? pastPictures() : [];
  const listeners = new Set<EventListener>();
  let sequence = 0;
  let isBusy = false;

  const runner = (): RunnerStatus => ({
    kind: scenario === 'fake' ? 'fake' : 'onnx',
    state: isBusy ? 'busy' : 'ready',
    provider: 'cpu',
    threads: 8,
    loaded_model_id: starter.model_id,
    memory_bytes: isBusy ? 2_800_000_000 : 310_000_000,
    restarts: 0,
    last_failure: null,
  });

  const emit = (event: AppEvent) => {
    sequence += 1;
    for (const listener of listeners) listener.event({ sequence, event });
  };

  const putJob = (job: Job) => {
    const changed = { ...job, updated_at: new Date().toISOString() };
    jobs.set(job.id, changed);
    emit({ kind: 'job_changed', job: changed });
    return changed;
  };

  const found = <Value>(value: Value | undefined, what: string, id: string): Value => {
    if (value === undefined) throw new Failed('not_found', { what, id });
    return value;
  };

  const runNext = async () => {
    const next = line.next();
    if (isBusy || !next) return;
    isBusy = true;
    emit({ kind: 'runner_changed', runner: runner() });
    await runJob(next);
    isBusy = false;
    emit({ kind: 'runner_changed', runner: runner() });
    void runNext();
  };

  const runJob = async (queued: Job) => {
    const { request } = queued;
    const steps = request.steps ?? 20;
    const seed = request.seed >= 0 ? request.seed : Math.floor(Math.random() * 2 ** 32);
    let job = putJob({ ...queued, status: 'running' });
    const began = Date.now();
    for (let item = 0; item < request.count; item++) {
      for (let step = 0; step <= steps; step++) {
        await new Promise((resolve) => setTimeout(resolve, stepMs));
        if (jobs.get(job.id)?.status === 'canceled') return;
        if (scenario === 'fails' && step === 4) {
          const failure = new Failed('oom', { reason: '14.8 of 16 GB were in use' }).failure;
          putJob({ ...job, status: 'failed', failure });
          return;
        }
        const done = item * steps + step;
        emit({
          kind: 'job_progressed',
          job_id: job.id,
          progress: {
            stage: step === 0 ? 'text' : 'denoise',
            item_index: item,
            item_count: request.count,
            step,
            step_count: steps,
            fraction: done / (steps * request.count),
            eta_ms: step > 1 ? (steps * request.count - done) * stepMs : null,
          },
        });
        if (step > 0)
          emit({
            kind: 'preview_ready',
            job_id: job.id,
            item_index: item,
            data_url: samplePicture(seed + item, 1 - step / steps),
          });
      }
      const artifact = sampleArtifact({
        job_id: job.id,
        item_index: item,
        width: request.width ?? 512,
        height: request.height ?? 512,
        seed: seed + item,
        model_id: request.model_id ?? starter.model_id,
        created_at: new Date().toISOString(),
        is_fake: scenario === 'fake',
        infotext: `${request.prompt}\nSteps: ${steps}, Sampler: DDIM, CFG scale: ${request.guidance_scale}, Seed: ${seed + item}, Size: ${request.width}x${request.height}, Version: vitrine 0.1.0`,
      });
      pictures.unshift(artifact);
      job = putJob({ ...job, artifacts: [...job.artifacts, artifact] });
    }
    const total_ms = Date.now() - began;
    putJob({
      ...job,
      status: 'succeeded',
      provider: 'cpu',
      timings: { load_ms: 0, text_ms: 40, denoise_ms: total_ms - 80, decode_ms: 40, total_ms },
    });
  };

  const line = sampleQueue({ jobs, putJob, emit, wake: () => void runNext(), status: async () => runner() });
  if (scenario === 'shelf' || scenario === 'huge')
    for (const job of pastJobs(scenario === 'huge' ? 10_000 : 1_482)) jobs.set(job.id, job);

  const library = sampleLibrary({ models, records, emit, recordOf, delayMs: 350 });
  const commands: Commands = {
    ...library.commands,
    ...sampleMappings({ models, emit, runTask: library.runTask }),
    'models.show': async ({ model_id }) =>
      found(records.get(model_id) ?? makeRecord(models.get(model_id)), 'model', model_id),
    'models.classify': async ({ path }) => {
      await new Promise((resolve) => setTimeout(resolve, 250));
      return sampleClassification(path);
    },
    'models.validate': async (input) => {
      const record = 'model_id' in input ? records.get(input.model_id) : undefined;
      return {
        validation_state: record?.validation_state ?? 'valid',
        validation_errors: record?.validation_errors ?? [],
      };
    },
    'models.describe': async ({ model_id }) => {
      throw new Failed('not_found', { what: 'descriptor', id: model_id });
    },
    'jobs.generate': async ({ request, origin }) => {
      const job = putJob(sampleJob({ request, origin, created_at: new Date().toISOString() }));
      setTimeout(() => void runNext(), 80);
      return job;
    },
    'models.parameters': async ({ model_id }) => {
      const { generation_defaults: own } = found(models.get(model_id), 'model', model_id);
      return {
        width: own?.width ?? 512,
        height: own?.height ?? 512,
        steps: own?.steps ?? 20,
        guidance_scale: own?.guidance_scale ?? 7,
      };
    },
    'prompts.count': async ({ prompt, negative_prompt }) => ({
      prompt: sampleCount(prompt),
      negative_prompt: sampleCount(negative_prompt),
    }),
    'jobs.show': async ({ job_id }) => jobs.get(job_id) ?? sampleJob({ id: job_id }),
    'jobs.wait': async ({ job_id }) => found(jobs.get(job_id), 'job', job_id),
    'jobs.cancel': async ({ job_id }) => putJob({ ...found(jobs.get(job_id), 'job', job_id), status: 'canceled' }),
    ...line.commands,
    ...sampleSettings(),
    ...sampleServer(),
    'pictures.list': async ({ model_id, limit }) => {
      const own = pictures.filter((picture) => model_id === undefined || picture.model_id === model_id);
      return { pictures: own.slice(0, limit), total: own.length, next_cursor: null };
    },
    'pictures.read': async () => ({ width: 512, height: 512, infotext: '', settings: null, model_id: null }),
    'pictures.keep': async () => ({ init_image: `sha256:${'0'.repeat(64)}`, width: 512, height: 512 }),
    'pictures.bytes': async ({ picture_id }) => {
      const { seed } = found(
        pictures.find(({ id }) => id === picture_id),
        'picture',
        picture_id,
      );
      const svg = decodeURIComponent(samplePicture(seed ?? 1).slice('data:image/svg+xml,'.length));
      return { media_type: 'image/svg+xml', base64: btoa(svg) };
    },
    'app.status': async () => ({
      status: 'ok',
      version: '0.1.0',
      runner: runner(),
      library_path: '/home/mira/Vitrine',
      data_path: '/home/mira/.local/share/vitrine',
      model_count: models.size,
      starter_model_id: models.has(starter.model_id) ? starter.model_id : null,
      event_sequence: sequence,
    }),
    'starter.prompts': async () => ({
      about: 'A very small model of our own that knows landscapes under a sun or a moon.',
      examples: starter.generation_defaults?.example_prompts ?? [],
      suggestions: [
        { group: 'Place', words: ['mountains', 'the sea', 'a city'] },
        { group: 'Time', words: ['by day', 'at night'] },
      ],
    }),
    'app.chooseLibrary': async ({ path }) => ({ library_path: path }),
    'app.doctor': async () => ({
      version: '0.1.0',
      node_version: '24.21.0',
      platform: 'linux-x64',
      onnxruntime_version: '1.30.0',
      providers: [
        { name: 'cpu', usable: true, reason: null },
        { name: 'webgpu', usable: false, reason: '3 of 14 checks differ from the CPU.' },
        { name: 'cuda', usable: false, reason: 'No NVIDIA driver is here.' },
      ],
      runner: runner(),
      library_path: '/home/mira/Vitrine',
      data_path: '/home/mira/.local/share/vitrine',
      log_path: '/home/mira/.local/share/vitrine/logs/vitrine.log',
    }),
  };

  let updates: Updates = { has_address: true, is_on: false, status: { kind: 'idle', looked_at: null } };

  return {
    async call<Name extends CommandName>(name: Name, input: unknown) {
      const command: (given: CheckedInput<Name>) => Promise<CommandOutput<Name>> = commands[name];
      return command(checkInput(name, input));
    },
    listen(listener) {
      listeners.add(listener);
      setTimeout(() => listener.opened());
      return () => listeners.delete(listener);
    },
    pictureUrl: (artifact) => samplePicture(artifact.seed ?? 1),
    previewUrl: (modelId) => samplePicture(modelId.length),
    desktop: {
      pathOf: (file) => `/home/mira/downloads/${file.name}`,
      pickFolder: async () => '/home/mira/downloads/woodblock-v2',
      revealPath: async () => undefined,
      listenToShell: () => () => undefined,
      setLanguage: async () => undefined,
      restart: async () => undefined,
      showUpdates: async () => updates,
      actOnUpdates: async (act) => {
        updates = { ...updates, is_on: act !== 'off' };
        return updates;
      },
      listenToUpdates: () => () => undefined,
    },
    platform: 'linux',
  };
}

function initialModels(scenario: string): readonly ModelSummary[] {
  if (scenario === 'empty') return [];
  if (scenario === 'first' || scenario === 'fake') return [starter];
  if (scenario !== 'huge') return shelf;
  return Array.from({ length: 100_000 }, (_, index) => {
    const { model_id: _id, ...face } = shelf[index % shelf.length] ?? starter;
    return sampleModel({ ...face, name: `${face.name} ${index}`, fingerprint: `f${index}` });
  });
}

function makeRecord(model: ModelSummary | undefined): Metadata | undefined {
  return model && recordOf(model);
}

function recordOf(model: ModelSummary): Metadata {
  return {
    schema_version: 1,
    model_id: model.model_id,
    name: model.name,
    model_type: model.model_type,
    family: model.family,
    task_type_primary: model.task_type_primary,
    storage_kind: model.storage_kind,
    bundle_format: model.bundle_format,
    pipeline_class: model.pipeline_class,
    source_path: model.entry_path,
    entry_path: model.entry_path,
    import_state: 'ready',
    validation_state: model.validation_state,
    validation_errors: [...(sampleFindings[model.name] ?? [])],
    accepted_findings: [],
    recommended_backend: model.recommended_backend,
    runtime_engine_hints: [],
    size_bytes: model.size_bytes,
    file_count: model.bundle_format === 'single_file' ? 1 : 17,
    precision: model.precision,
    parameter_count: model.parameter_count,
    hashes: { fingerprint: model.fingerprint },
    tags: model.tags,
    favourite: model.favourite,
    notes: '',
    preview: null,
    added_at: model.added_at,
    updated_at: model.added_at,
    match_source: 'external_reference',
  };
}

function pastPictures(): Artifact[] {
  return Array.from({ length: 9 }, (_, index) =>
    sampleArtifact({
      seed: 11 + index * 7,
      model_id: shelf[index % 2]?.model_id ?? null,
      created_at: new Date(Date.now() - index * 7_200_000).toISOString(),
    }),
  );
}
