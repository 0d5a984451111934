import { z } from 'zod';
import { Failed, Failure } from '../../contract/failure.ts';
import { GenerateRequest, Timings } from '../../contract/generate/generate.ts';
import { JobId, type ModelId } from '../../contract/ids.ts';
import { Artifact, type Job, JobOrigin, JobStatus, JobStep } from '../../contract/jobs/job.ts';
import { JobEvent } from '../../contract/jobs/job-event.ts';
import { JobExtras } from '../../contract/jobs/job-extras.ts';
import type { JobCounts, JobPage, JobQuery } from '../../contract/jobs/job-query.ts';
import type { JobDatabase } from './job-database.ts';

/** What a run needs to know of a job besides what everybody sees. */
export interface JobRun {
  readonly extras: JobExtras;
  readonly drawnSeed: number;
}

export interface PictureQuery {
  readonly model_id?: ModelId | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface PicturePage {
  readonly pictures: Artifact[];
  readonly total: number;
  readonly next_cursor: string | null;
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
const JobRun = z.object({ extras: json.pipe(JobExtras), drawnSeed: z.int() });
const ArtifactRow = z.object({ sequence: z.int(), artifact_json: json.pipe(Artifact) });
const EventRow = JobEvent.omit({ payload: true }).extend({ payload_json: json.pipe(JobEvent.shape.payload) });
const Place = z.object({ sequence: z.int(), updated_at: z.string() });

/** Reads the jobs' database. What a row holds is checked; one that can't be understood is as good as absent. */
export class JobReader {
  readonly #database: JobDatabase;

  constructor(database: JobDatabase) {
    this.#database = database;
  }

  find(id: string): Job | null {
    return this.#jobOf(this.#database.get('SELECT * FROM jobs WHERE id = ?', id));
  }

  /** Throws `invalid_input` for a cursor that is none of this listing's. */
  page(query: JobQuery): JobPage {
    const { conditions, values } = conditionsOf(query);
    const isByChange = query.sort === 'updated';
    const order = isByChange ? 'updated_at DESC, sequence DESC' : 'sequence DESC';
    const after = placeOf(query.cursor, isByChange);
    const where = conditions.join(' AND ');
    // Nearly all jobs have ended: to read them in order is quicker than to find them by state and sort them (the plus hides that index).
    const inOrder = where.replace(endedStates, `+${endedStates}`);
    const rows = this.#database.all(
      `SELECT * FROM jobs WHERE ${inOrder} AND ${after.condition} ORDER BY ${order} LIMIT ?`,
      ...values,
      ...after.values,
      query.limit + 1,
    );
    const shown = rows.slice(0, query.limit);
    const last = Place.safeParse(shown.at(-1)).data;
    const total = this.#database.value(`SELECT count(*) FROM jobs WHERE ${where}`, ...values);
    return {
      jobs: shown.flatMap((row) => this.#jobOf(row) ?? []),
      total: Number(total),
      next_cursor:
        rows.length > shown.length && last ? `${last.sequence}${isByChange ? `/${last.updated_at}` : ''}` : null,
    };
  }

  counts(): JobCounts {
    const rows = this.#database.all('SELECT status, count(*) AS count FROM jobs GROUP BY status');
    const read = z.array(z.object({ status: JobStatus, count: z.int() })).parse(rows);
    const none = Object.fromEntries(JobStatus.options.map((status) => [status, 0])) as JobCounts;
    return { ...none, ...Object.fromEntries(read.map(({ status, count }) => [status, count])) };
  }

  runOf(id: JobId): JobRun | null {
    const row = this.#database.get('SELECT extras_json AS extras, drawn_seed AS drawnSeed FROM jobs WHERE id = ?', id);
    return JobRun.safeParse(row).data ?? null;
  }

  /** The job that was queued with that key, and the body it came with. */
  findByKey(keySha256: string): { readonly id: JobId; readonly bodySha256: string } | null {
    const row = this.#database.get(
      'SELECT id, idempotency_body AS bodySha256 FROM jobs WHERE idempotency_key = ?',
      keySha256,
    );
    return row === undefined ? null : (row as { id: JobId; bodySha256: string });
  }

  events(id: JobId, after: number, limit: number): JobEvent[] {
    const sql = 'SELECT * FROM events WHERE job_id = ? AND sequence > ? ORDER BY sequence LIMIT ?';
    return this.#database.all(sql, id, after, limit).map((row) => {
      const { payload_json, ...rest } = EventRow.parse(row);
      return { ...rest, payload: payload_json };
    });
  }

  /** Pictures of all jobs, the newest first. Throws `invalid_input` for a cursor that is none of this listing's. */
  pictures({ model_id, limit, cursor }: PictureQuery): PicturePage {
    const modelId = model_id ?? null;
    const before = sequenceOf(cursor ?? String(Number.MAX_SAFE_INTEGER));
    const rows = this.#database
      .all(
        `SELECT sequence, artifact_json FROM artifacts WHERE sequence < ? AND (? IS NULL OR model_id = ?)
           ORDER BY sequence DESC LIMIT ?`,
        before,
        modelId,
        modelId,
        limit + 1,
      )
      .flatMap((row) => ArtifactRow.safeParse(row).data ?? []);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      pictures: page.map(({ artifact_json }) => artifact_json),
      total: Number(
        this.#database.value('SELECT count(*) FROM artifacts WHERE ? IS NULL OR model_id = ?', modelId, modelId),
      ),
      next_cursor: rows.length > limit && last ? String(last.sequence) : null,
    };
  }

  artifactPath(id: string): string | null {
    const path = this.#database.value('SELECT path FROM artifacts WHERE id = ?', id);
    return typeof path === 'string' ? path : null;
  }

  stepsOf(id: JobId): JobStep[] {
    const sql = 'SELECT name, status, started_at, finished_at FROM steps WHERE job_id = ? ORDER BY position';
    return z.array(JobStep).parse(this.#database.all(sql, id));
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
      steps: this.stepsOf(rest.id),
      progress: null,
      artifacts: this.#artifactsOf(rest.id),
      ...(extras_json.chain && { chain: extras_json.chain }),
      ...(extras_json.task_id && { task_id: extras_json.task_id }),
    };
  }

  #artifactsOf(id: JobId): Artifact[] {
    const sql = 'SELECT sequence, artifact_json FROM artifacts WHERE job_id = ? ORDER BY step, item_index';
    return this.#database.all(sql, id).flatMap((row) => ArtifactRow.safeParse(row).data?.artifact_json ?? []);
  }
}

interface Condition {
  readonly condition: string;
  readonly values: readonly (string | number)[];
}

const endedStates = `status IN ('succeeded', 'failed', 'canceled')`;

function conditionsOf({ status, origin, query, task_id }: JobQuery) {
  const words = (query ?? '').split(/\s+/).filter((word) => word !== '');
  const found: readonly Condition[] = [
    { condition: 'TRUE', values: [] },
    ...(status === undefined
      ? []
      : [status === 'ended' ? { condition: endedStates, values: [] } : { condition: 'status = ?', values: [status] }]),
    ...(origin === undefined ? [] : [{ condition: 'origin = ?', values: [origin] }]),
    ...(task_id === undefined ? [] : [{ condition: `json_extract(extras_json, '$.task_id') = ?`, values: [task_id] }]),
    ...words.map((word) => ({
      condition: `json_extract(request_json, '$.prompt') LIKE ? ESCAPE '\\'`,
      values: [`%${word.replaceAll(/[\\%_]/g, '\\$&')}%`],
    })),
  ];
  return { conditions: found.map(({ condition }) => condition), values: found.flatMap(({ values }) => values) };
}

/** Where a page begins: behind the last row of the page before. */
function placeOf(cursor: string | undefined, isByChange: boolean): Condition {
  if (cursor === undefined) return { condition: 'TRUE', values: [] };
  if (!isByChange) return { condition: 'sequence < ?', values: [sequenceOf(cursor)] };
  const [sequence = '', updatedAt = ''] = cursor.split('/');
  if (!z.iso.datetime().safeParse(updatedAt).success) throw wrongCursor();
  return { condition: '(updated_at, sequence) < (?, ?)', values: [updatedAt, sequenceOf(sequence)] };
}

function sequenceOf(cursor: string): number {
  if (!/^\d{1,16}$/.test(cursor)) throw wrongCursor();
  return Number(cursor);
}

const wrongCursor = () => new Failed('invalid_input', { field: 'cursor', reason: 'not a cursor of this listing' });
