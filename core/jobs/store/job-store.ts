import type { Failure } from '../../contract/failure.ts';
import type { GenerateRequest, Timings } from '../../contract/generate/generate.ts';
import type { JobId } from '../../contract/ids.ts';
import type { Artifact, JobOrigin, StepName } from '../../contract/jobs/job.ts';
import type { JobEvent } from '../../contract/jobs/job-event.ts';
import type { JobExtras } from '../../contract/jobs/job-extras.ts';
import type { JobDatabase } from './job-database.ts';

export interface NewEvent {
  readonly code: JobEvent['code'];
  readonly level?: JobEvent['level'];
  readonly step?: StepName;
  readonly payload?: Readonly<Record<string, unknown>>;
}

export interface NewJob {
  readonly id: JobId;
  readonly origin: JobOrigin;
  readonly request: GenerateRequest;
  readonly extras: JobExtras;
  readonly steps: readonly StepName[];
  /** For a request that leaves the seed open: the same one however often the job is begun. */
  readonly drawnSeed: number;
  readonly retryOf?: JobId;
}

export interface Outcome {
  readonly status: 'succeeded' | 'failed' | 'canceled';
  readonly failure?: Failure;
  readonly timings?: Timings;
  readonly provider?: string;
}

/** Every change of a job. The change and the event that tells of it are one transaction. */
export class JobStore {
  readonly #database: JobDatabase;

  constructor(database: JobDatabase) {
    this.#database = database;
  }

  insert({ id, origin, request, extras, steps, drawnSeed, retryOf }: NewJob): void {
    const { idempotency, ...others } = extras;
    this.#database.inTransaction((at) => {
      this.#database.run(
        `INSERT INTO jobs (id, type, status, origin, request_json, created_at, updated_at, extras_json, drawn_seed, idempotency_key,
           idempotency_body, position)
         VALUES (?, 'generate', 'queued', ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM jobs))`,
        id,
        origin,
        JSON.stringify(request),
        at,
        at,
        JSON.stringify(others),
        drawnSeed,
        idempotency?.key_sha256 ?? null,
        idempotency?.body_sha256 ?? null,
      );
      const insertStep = `INSERT INTO steps (job_id, position, name, status) VALUES (?, ?, ?, 'queued')`;
      for (const [position, name] of steps.entries()) this.#database.run(insertStep, id, position, name);
      this.#append(id, at, { code: 'job.queued', ...(retryOf && { payload: { retry_of: retryOf } }) });
    });
  }

  /** From queued to running. False where the job is no longer queued. */
  begin(id: JobId): boolean {
    const sql = `UPDATE jobs SET status = 'running', updated_at = ? WHERE id = ? AND status = 'queued'`;
    return this.#database.inTransaction((at) => this.#database.run(sql, at, id) === 1);
  }

  beginStep(id: JobId, step: StepName): void {
    const sql = `UPDATE steps SET status = 'running', started_at = ? WHERE job_id = ? AND name = ?`;
    this.#database.inTransaction((at) => {
      this.#database.run(sql, at, id, step);
      this.#touch(id, at);
      this.#append(id, at, { code: 'step.start', step, payload: { name: step } });
    });
  }

  finishStep(id: JobId, step: StepName): void {
    const sql = `UPDATE steps SET status = 'succeeded', finished_at = ? WHERE job_id = ? AND name = ?`;
    this.#database.inTransaction((at) => {
      this.#database.run(sql, at, id, step);
      this.#touch(id, at);
      this.#append(id, at, { code: 'step.finish', step, payload: { status: 'succeeded' } });
    });
  }

  addArtifact(artifact: Artifact): void {
    const { id, job_id, step, item_index, model_id, path, seed, width, height } = artifact;
    this.#database.inTransaction((at) => {
      this.#database.run(
        `INSERT INTO artifacts (id, job_id, step, item_index, model_id, path, artifact_json) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        id,
        job_id,
        step,
        item_index,
        model_id,
        path,
        JSON.stringify(artifact),
      );
      this.#touch(job_id, at);
      this.#append(job_id, at, { code: 'artifact.written', step, payload: { id, item_index, seed, width, height } });
    });
  }

  /** From running back into the line, at its old place: what it made so far stays, and its step begins again. */
  requeue(id: JobId): boolean {
    const requeued = `UPDATE jobs SET status = 'queued', updated_at = ? WHERE id = ? AND status = 'running'`;
    return this.#database.inTransaction((at) => {
      if (this.#database.run(requeued, at, id) === 0) return false;
      this.#database.run(`UPDATE steps SET status = 'queued' WHERE job_id = ? AND status = 'running'`, id);
      this.#append(id, at, { code: 'job.paused' });
      return true;
    });
  }

  /** Ends a job that is in state `from`, with the step it was at; steps that never began are canceled. False where it is in another state. */
  finish(id: JobId, from: 'queued' | 'running', { status, failure, timings, provider }: Outcome): boolean {
    return this.#database.inTransaction((at) => {
      const changed = this.#database.run(
        `UPDATE jobs SET status = ?, failure_json = ?, timings_json = ?, provider = ?, updated_at = ? WHERE id = ? AND status = ?`,
        status,
        failure ? JSON.stringify(failure) : null,
        timings ? JSON.stringify(timings) : null,
        provider ?? null,
        at,
        id,
        from,
      );
      if (changed === 0) return false;
      this.#finishSteps(id, at, status, failure);
      this.#append(id, at, { code: 'job.finish', level: status === 'failed' ? 'error' : 'info', payload: { status } });
      return true;
    });
  }

  /** Forgets ended jobs: that one, or all past the newest `keep`. Answers with their ids. */
  removeEnded({ id = null, keep = 0 }: { readonly id?: JobId | null; readonly keep?: number }): JobId[] {
    return this.#database.column(
      `DELETE FROM jobs WHERE status IN ('succeeded', 'failed', 'canceled') AND (? IS NULL OR id = ?) AND sequence NOT IN (
           SELECT sequence FROM jobs WHERE status IN ('succeeded', 'failed', 'canceled') ORDER BY sequence DESC LIMIT ?)
         RETURNING id`,
      id,
      id,
      keep,
    ) as JobId[];
  }

  #finishSteps(id: JobId, at: string, status: Outcome['status'], failure: Failure | undefined): void {
    const running = `SELECT name FROM steps WHERE job_id = ? AND status = 'running'`;
    const step = this.#database.value(running, id) as StepName | undefined;
    if (failure)
      this.#append(id, at, { code: 'error', level: 'error', ...(step && { step }), payload: { ...failure } });
    if (step) {
      const finished = `UPDATE steps SET status = ?, finished_at = ? WHERE job_id = ? AND status = 'running'`;
      this.#database.run(finished, status, at, id);
      this.#append(id, at, { code: 'step.finish', step, payload: { status } });
    }
    this.#database.run(`UPDATE steps SET status = 'canceled' WHERE job_id = ? AND status = 'queued'`, id);
  }

  #touch(id: JobId, at: string): void {
    this.#database.run('UPDATE jobs SET updated_at = ? WHERE id = ?', at, id);
  }

  #append(id: JobId, at: string, { code, level = 'info', step, payload = {} }: NewEvent): void {
    this.#database.run(
      `INSERT INTO events (job_id, sequence, at, level, code, step, payload_json)
       VALUES (?, (SELECT coalesce(max(sequence), 0) + 1 FROM events WHERE job_id = ?), ?, ?, ?, ?, ?)`,
      id,
      id,
      at,
      level,
      code,
      step ?? null,
      JSON.stringify(payload),
    );
  }
}
