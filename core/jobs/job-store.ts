import type { Database as Connection, Statement } from 'better-sqlite3';
import { z } from 'zod';
import { Failure } from '../contract/failure.ts';
import { GenerateRequest, Timings } from '../contract/generate.ts';
import { JobId } from '../contract/ids.ts';
import { Artifact, type Job, JobOrigin, JobStatus, JobStep, type StepName } from '../contract/job.ts';
import { JobEvent } from '../contract/job-event.ts';
import { JobExtras } from '../contract/job-extras.ts';

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

/** What a run needs to know of a job besides what everybody sees. */
export interface JobRun {
  readonly extras: JobExtras;
  readonly drawnSeed: number;
}

export interface Outcome {
  readonly status: 'succeeded' | 'failed' | 'canceled';
  readonly failure?: Failure;
  readonly timings?: Timings;
  readonly provider?: string;
}

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue('not JSON');
    return z.NEVER;
  }
});

const JobRow = z.object({
  id: JobId,
  type: z.literal('generate'),
  status: JobStatus,
  origin: JobOrigin,
  request_json: json.pipe(GenerateRequest),
  extras_json: json.pipe(JobExtras),
  failure_json: json.pipe(Failure).nullable(),
  timings_json: json.pipe(Timings).nullable(),
  provider: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});
const ArtifactRow = z.object({ sequence: z.int(), artifact_json: json.pipe(Artifact) });
const EventRow = JobEvent.omit({ payload: true }).extend({ payload_json: json.pipe(JobEvent.shape.payload) });

/**
 * The rows of the jobs' database. Every change of state and the event that tells of it are one transaction.
 * What a row holds is checked when it is read; one that can't be understood is as good as absent.
 */
export class JobStore {
  readonly #database: Connection;
  readonly #now: () => Date;
  readonly #statements = new Map<string, Statement>();

  constructor(database: Connection, now: () => Date) {
    this.#database = database;
    this.#now = now;
  }

  close(): void {
    this.#database.close();
  }

  insert({ id, origin, request, extras, steps, drawnSeed, retryOf }: NewJob): void {
    const { idempotency, ...others } = extras;
    this.#inTransaction((at) => {
      this.#run(
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
      for (const [position, name] of steps.entries())
        this.#run(`INSERT INTO steps (job_id, position, name, status) VALUES (?, ?, ?, 'queued')`, id, position, name);
      this.#append(id, at, { code: 'job.queued', ...(retryOf && { payload: { retry_of: retryOf } }) });
    });
  }

  /** From queued to running. False where the job is no longer queued. */
  begin(id: JobId): boolean {
    return this.#inTransaction(
      (at) =>
        this.#run(`UPDATE jobs SET status = 'running', updated_at = ? WHERE id = ? AND status = 'queued'`, at, id) ===
        1,
    );
  }

  beginStep(id: JobId, step: StepName): void {
    this.#inTransaction((at) => {
      this.#run(`UPDATE steps SET status = 'running', started_at = ? WHERE job_id = ? AND name = ?`, at, id, step);
      this.#run(`UPDATE jobs SET updated_at = ? WHERE id = ?`, at, id);
      this.#append(id, at, { code: 'step.start', step, payload: { name: step } });
    });
  }

  finishStep(id: JobId, step: StepName): void {
    this.#inTransaction((at) => {
      this.#run(`UPDATE steps SET status = 'succeeded', finished_at = ? WHERE job_id = ? AND name = ?`, at, id, step);
      this.#run(`UPDATE jobs SET updated_at = ? WHERE id = ?`, at, id);
      this.#append(id, at, { code: 'step.finish', step, payload: { status: 'succeeded' } });
    });
  }

  addArtifact(artifact: Artifact): void {
    const { id, job_id, step, item_index, model_id, path } = artifact;
    this.#inTransaction((at) => {
      this.#run(
        `INSERT INTO artifacts (id, job_id, step, item_index, model_id, path, artifact_json) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        id,
        job_id,
        step,
        item_index,
        model_id,
        path,
        JSON.stringify(artifact),
      );
      this.#run(`UPDATE jobs SET updated_at = ? WHERE id = ?`, at, job_id);
      const { seed, width, height } = artifact;
      this.#append(job_id, at, { code: 'artifact.written', step, payload: { id, item_index, seed, width, height } });
    });
  }

  /** From running back into the line, at its old place: what it made so far stays, and its step begins again. */
  requeue(id: JobId): boolean {
    return this.#inTransaction((at) => {
      const changed = this.#run(
        `UPDATE jobs SET status = 'queued', updated_at = ? WHERE id = ? AND status = 'running'`,
        at,
        id,
      );
      if (changed === 0) return false;
      this.#run(`UPDATE steps SET status = 'queued' WHERE job_id = ? AND status = 'running'`, id);
      this.#append(id, at, { code: 'job.paused' });
      return true;
    });
  }

  /** Puts the waiting jobs into that order. Ids that don't wait any more are passed over, those that are missing keep behind. */
  reorder(order: readonly JobId[]): void {
    this.#inTransaction(() => {
      const waiting = new Set(this.idsIn('queued'));
      const wanted = new Set(order.filter((id) => waiting.has(id)));
      const all = [...wanted, ...[...waiting].filter((id) => !wanted.has(id))];
      const places = this.#database
        .prepare(`SELECT position FROM jobs WHERE status = 'queued' ORDER BY position, sequence`)
        .pluck()
        .all() as number[];
      for (const [index, id] of all.entries())
        this.#run('UPDATE jobs SET position = ? WHERE id = ?', places[index] ?? 0, id);
    });
  }

  get isPaused(): boolean {
    return this.#prepare('SELECT is_paused FROM line').pluck().get() === 1;
  }

  set isPaused(isPaused: boolean) {
    this.#run('UPDATE line SET is_paused = ?', isPaused ? 1 : 0);
  }

  /** The job that was queued with that key, and the body it came with. */
  findByKey(keySha256: string): { readonly id: JobId; readonly bodySha256: string } | null {
    const row = this.#prepare('SELECT id, idempotency_body AS bodySha256 FROM jobs WHERE idempotency_key = ?').get(
      keySha256,
    );
    return row === undefined ? null : (row as { id: JobId; bodySha256: string });
  }

  runOf(id: JobId): JobRun | null {
    const row = this.#prepare('SELECT extras_json AS extras, drawn_seed AS drawnSeed FROM jobs WHERE id = ?').get(id);
    const read = z.object({ extras: json.pipe(JobExtras), drawnSeed: z.int() }).safeParse(row);
    return read.success ? read.data : null;
  }

  /** Forgets ended jobs: that one, or all past the newest `keep`. Answers with their ids. */
  removeEnded({ id, keep }: { readonly id?: JobId; readonly keep?: number }): JobId[] {
    return this.#prepare(
      `DELETE FROM jobs WHERE status IN ('succeeded', 'failed', 'canceled') AND (@id IS NULL OR id = @id) AND sequence NOT IN (
           SELECT sequence FROM jobs WHERE status IN ('succeeded', 'failed', 'canceled') ORDER BY sequence DESC LIMIT @keep)
         RETURNING id`,
    )
      .pluck()
      .all({ id: id ?? null, keep: keep ?? 0 }) as JobId[];
  }

  /** Ends a job that is in state `from`, with the step it was at; steps that never began are canceled. False where it is in another state. */
  finish(id: JobId, from: 'queued' | 'running', { status, failure, timings, provider }: Outcome): boolean {
    return this.#inTransaction((at) => {
      const changed = this.#run(
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
      const running = this.#stepsOf(id).find((step) => step.status === 'running');
      if (running) {
        this.#run(
          `UPDATE steps SET status = ?, finished_at = ? WHERE job_id = ? AND status = 'running'`,
          status,
          at,
          id,
        );
        if (failure)
          this.#append(id, at, { code: 'error', level: 'error', step: running.name, payload: { ...failure } });
        this.#append(id, at, { code: 'step.finish', step: running.name, payload: { status } });
      } else if (failure) this.#append(id, at, { code: 'error', level: 'error', payload: { ...failure } });
      this.#run(`UPDATE steps SET status = 'canceled' WHERE job_id = ? AND status = 'queued'`, id);
      this.#append(id, at, { code: 'job.finish', level: status === 'failed' ? 'error' : 'info', payload: { status } });
      return true;
    });
  }

  find(id: string): Job | null {
    return this.#jobOf(this.#prepare('SELECT * FROM jobs WHERE id = ?').get(id));
  }

  /** The newest first. */
  list(status: JobStatus | undefined, limit: number, sort: 'created' | 'updated' = 'created'): Job[] {
    const order = sort === 'created' ? 'sequence DESC' : 'updated_at DESC, sequence DESC';
    return this.#prepare(`SELECT * FROM jobs WHERE @status IS NULL OR status = @status ORDER BY ${order} LIMIT @limit`)
      .all({ status: status ?? null, limit })
      .flatMap((row) => this.#jobOf(row) ?? []);
  }

  /** In the order of the line, those that came after that sequence. Ids only: a row that can't be understood has one too. */
  idsIn(status: JobStatus, after = 0, limit = -1): JobId[] {
    return this.#prepare('SELECT id FROM jobs WHERE status = ? AND sequence > ? ORDER BY position, sequence LIMIT ?')
      .pluck()
      .all(status, after, limit) as JobId[];
  }

  /** How many are in that state, of those after that sequence. */
  count(status: JobStatus, after: number): number {
    const counted = this.#prepare('SELECT count(*) FROM jobs WHERE status = ? AND sequence > ?').pluck();
    return Number(counted.get(status, after));
  }

  /** The sequence of the newest job; 0 before the first. */
  lastSequence(): number {
    return Number(this.#prepare('SELECT coalesce(max(sequence), 0) FROM jobs').pluck().get());
  }

  events(id: JobId, after: number, limit: number): JobEvent[] {
    return this.#prepare('SELECT * FROM events WHERE job_id = ? AND sequence > ? ORDER BY sequence LIMIT ?')
      .all(id, after, limit)
      .map((row) => {
        const { payload_json, ...rest } = EventRow.parse(row);
        return { ...rest, payload: payload_json };
      });
  }

  /** The newest first, those before `before`, with the sequence of each. */
  artifacts(modelId: string | undefined, before: number, limit: number): { sequence: number; artifact: Artifact }[] {
    return this.#prepare(
      `SELECT sequence, artifact_json FROM artifacts WHERE sequence < @before AND (@modelId IS NULL OR model_id = @modelId)
         ORDER BY sequence DESC LIMIT @limit`,
    )
      .all({ modelId: modelId ?? null, before, limit })
      .flatMap((row) => {
        const read = ArtifactRow.safeParse(row);
        return read.success ? [{ sequence: read.data.sequence, artifact: read.data.artifact_json }] : [];
      });
  }

  countArtifacts(modelId: string | undefined): number {
    const counted = this.#prepare(
      'SELECT count(*) FROM artifacts WHERE @modelId IS NULL OR model_id = @modelId',
    ).pluck();
    return Number(counted.get({ modelId: modelId ?? null }));
  }

  artifactPath(id: string): string | null {
    const path = this.#prepare('SELECT path FROM artifacts WHERE id = ?').pluck().get(id);
    return typeof path === 'string' ? path : null;
  }

  #jobOf(row: unknown): Job | null {
    const read = JobRow.safeParse(row);
    if (!read.success) return null;
    const { request_json, failure_json, timings_json, extras_json, ...rest } = read.data;
    return {
      ...rest,
      request: request_json,
      failure: failure_json,
      timings: timings_json,
      steps: this.#stepsOf(rest.id),
      progress: null,
      artifacts: this.#artifactsOf(rest.id),
      ...(extras_json.chain && { chain: extras_json.chain }),
      ...(extras_json.task_id && { task_id: extras_json.task_id }),
    };
  }

  #stepsOf(id: JobId): JobStep[] {
    const rows = this.#prepare(
      'SELECT name, status, started_at, finished_at FROM steps WHERE job_id = ? ORDER BY position',
    ).all(id);
    return z.array(JobStep).parse(rows);
  }

  #artifactsOf(id: JobId): Artifact[] {
    return this.#prepare('SELECT sequence, artifact_json FROM artifacts WHERE job_id = ? ORDER BY step, item_index')
      .all(id)
      .flatMap((row) => {
        const read = ArtifactRow.safeParse(row);
        return read.success ? [read.data.artifact_json] : [];
      });
  }

  #append(id: JobId, at: string, { code, level = 'info', step, payload = {} }: NewEvent): void {
    this.#run(
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

  #run(sql: string, ...values: (string | number | null)[]): number {
    return this.#prepare(sql).run(...values).changes;
  }

  /** Statements are few and asked for often: each is compiled once. */
  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #inTransaction<Result>(change: (at: string) => Result): Result {
    return this.#database.transaction(() => change(this.#now().toISOString())).immediate();
  }
}
