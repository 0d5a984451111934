import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Commands } from './contract/command.ts';
import type { RunPlan } from './contract/generate/runner.ts';
import type { Job, JobStep, StepName } from './contract/jobs/job.ts';
import type { Events } from './events.ts';
import type { RunHooks } from './processing/processing-runner.ts';

/** The core that the figures are of. */
export interface Measured {
  readonly events: Pick<Events, 'listen'>;
  readonly commands: Pick<Commands, 'app.status' | 'queue.show'>;
}

/** Figures of this process since it started, in Prometheus' text format. */
export interface Metrics {
  /** Looks into every run. */
  readonly observer: RunHooks;
  readonly contentType: string;
  /** Counts what happens in that core from now on; the answer ends that. */
  watch(measured: Measured): () => void;
  text(): Promise<string>;
}

const stepNames: readonly StepName[] = ['generate', 'upscale'];
const stepOutcomes = ['started', 'succeeded', 'failed', 'canceled'] as const;
const secondsOfJobStep = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800];
const secondsOfDenoiseStep = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const figures = figuresIn(registry);
  const { denoiseSeconds, runs } = figures;
  let measured: Measured | null = null;
  let plan: RunPlan | null = null;
  return {
    contentType: registry.contentType,
    observer: {
      onPrepare: (prepared) => {
        plan = prepared;
      },
      onFinalize: (outcome) => {
        runs.inc({ outcome: outcome.status });
        if (outcome.status === 'succeeded' && plan !== null)
          denoiseSeconds.observe(outcome.result.metrics.denoise_ms / 1000 / (plan.steps * plan.seeds.length));
        plan = null;
      },
    },
    watch(core) {
      measured = core;
      const note = noterOfJobs(figures);
      return core.events.listen(({ event }) => {
        if (event.kind === 'job_changed') note(event.job);
      });
    },
    async text() {
      if (measured !== null) await look(measured, figures);
      return registry.metrics();
    },
  };
}

type Figures = ReturnType<typeof figuresIn>;

function figuresIn(registry: Registry) {
  const registers = [registry];
  const steps = Object.fromEntries(
    stepNames.flatMap((step) =>
      stepOutcomes.map((outcome) => {
        const name = `jobs_${step}_${outcome}_total`;
        return [name, new Counter({ name, help: `Steps "${step}" of jobs that ${outcome}`, registers })];
      }),
    ),
  );
  return {
    steps,
    jobs: new Counter({
      name: 'vitrine_jobs_ended_total',
      help: 'Jobs that ended, by kind, door and outcome',
      labelNames: ['kind', 'origin', 'outcome'],
      registers,
    }),
    jobStepSeconds: new Histogram({
      name: 'vitrine_job_step_seconds',
      help: 'How long a step of a job took, loading and saving included',
      labelNames: ['step'],
      buckets: secondsOfJobStep,
      registers,
    }),
    denoiseSeconds: new Histogram({
      name: 'vitrine_denoise_step_seconds',
      help: 'Mean time of a denoising step, a run each',
      buckets: secondsOfDenoiseStep,
      registers,
    }),
    runs: new Counter({
      name: 'vitrine_runs_total',
      help: 'Batches of pictures that were given to the runner, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    queueDepth: new Gauge({ name: 'vitrine_queue_depth', help: 'Jobs that wait', registers }),
    jobsRunning: new Gauge({ name: 'vitrine_jobs_running', help: 'Jobs that run: 0 or 1', registers }),
    restarts: new Counter({
      name: 'vitrine_runner_restarts_total',
      help: 'Times that the process which makes pictures was started again after a crash',
      registers,
    }),
    runnerMemory: new Gauge({
      name: 'vitrine_runner_resident_memory_bytes',
      help: 'Memory of the process that makes pictures, as of its last run; 0 while it is stopped',
      registers,
    }),
    memory: new Gauge({ name: 'process_resident_memory_bytes', help: 'Memory of this process', registers }),
    heap: new Gauge({ name: 'nodejs_heap_size_used_bytes', help: 'Heap of this process in use', registers }),
  };
}

/** What is read at the moment of asking. */
async function look({ commands }: Measured, figures: Figures): Promise<void> {
  const [{ runner }, queue] = await Promise.all([commands['app.status']({}), commands['queue.show']({})]);
  figures.queueDepth.set(queue.waiting.length);
  figures.jobsRunning.set(queue.running_job_id === null ? 0 : 1);
  figures.restarts.reset();
  figures.restarts.inc(runner.restarts);
  figures.runnerMemory.set(runner.memory_bytes ?? 0);
  const { rss, heapUsed } = process.memoryUsage();
  figures.memory.set(rss);
  figures.heap.set(heapUsed);
}

/** Counts what changed in a job since it was told of last. */
function noterOfJobs({ steps, jobs, jobStepSeconds }: Figures): (job: Job) => void {
  const known = new Map<string, readonly JobStep['status'][]>();
  return ({ id, status, origin, steps: now }) => {
    // A step that had succeeded before this process heard of the job is none of its own.
    const before = known.get(id) ?? now.map((step) => (step.status === 'succeeded' ? 'succeeded' : 'queued'));
    for (const [index, step] of now.entries()) {
      if (step.status === before[index] || step.status === 'queued') continue;
      steps[`jobs_${step.name}_${step.status === 'running' ? 'started' : step.status}_total`]?.inc();
      const seconds = secondsOf(step);
      if (step.status === 'succeeded' && seconds !== null) jobStepSeconds.observe({ step: step.name }, seconds);
    }
    if (status === 'queued' || status === 'running') {
      known.set(
        id,
        now.map((step) => step.status),
      );
      return;
    }
    known.delete(id);
    jobs.inc({ kind: now.length > 1 ? 'chain' : 'single', origin, outcome: status });
  };
}

function secondsOf({ started_at, finished_at }: JobStep): number | null {
  if (started_at === null || finished_at === null) return null;
  return (Date.parse(finished_at) - Date.parse(started_at)) / 1000;
}
