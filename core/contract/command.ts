import { z } from 'zod';
import { absolutePath, type CommandShape } from './command-shape.ts';
import { Failure } from './failure.ts';
import { GenerateRequest, UsualParameters } from './generate/generate.ts';
import { pictureCommands } from './generate/picture-commands.ts';
import { promptCommands } from './generate/prompt.ts';
import { ProviderReport, RunnerStatus } from './generate/runner.ts';
import { JobId, ModelId } from './ids.ts';
import { invalidInput } from './invalid-input.ts';
import { Artifact, Job, JobOrigin } from './jobs/job.ts';
import { jobExtras } from './jobs/job-extras.ts';
import { JobPage, JobQuery } from './jobs/job-query.ts';
import { queueCommands } from './jobs/queue-commands.ts';
import { libraryCommands } from './library/library-commands.ts';
import { StarterPrompts } from './library/starter.ts';
import { mappingCommands } from './mapping/mapping-commands.ts';
import { settingsCommands } from './settings/settings-commands.ts';
import { serverCommands } from './shell/server-commands.ts';

/**
 * Everything that can be asked of the core. IPC, HTTP and the command line only translate between this table and their callers:
 * none of them knows the library. Adding a command touches this file and the room that carries it out.
 */
export const commands = {
  ...libraryCommands,
  ...mappingCommands,
  'models.parameters': {
    summary: 'What a request takes that leaves them out: what the model was made for',
    input: z.object({ model_id: ModelId }),
    output: UsualParameters,
    http: { method: 'GET', path: '/models/{model_id}/parameters' },
  },
  'jobs.generate': {
    summary: 'Queue a request for pictures',
    input: z.object({ request: GenerateRequest, origin: JobOrigin.default('window'), ...jobExtras }),
    output: Job,
    http: { method: 'POST', path: '/jobs' },
  },
  'jobs.list': {
    summary: 'Jobs page by page, the newest first, or those that changed last',
    input: JobQuery,
    output: JobPage,
    http: { method: 'GET', path: '/jobs' },
  },
  'jobs.show': {
    summary: 'One job',
    input: z.object({ job_id: JobId }),
    output: Job,
    http: { method: 'GET', path: '/jobs/{job_id}' },
  },
  'jobs.wait': {
    summary: 'One job, answered when it has ended or the time is up',
    input: z.object({ job_id: JobId, timeout_ms: z.coerce.number().int().min(0).max(600_000).default(30_000) }),
    output: Job,
    http: { method: 'GET', path: '/jobs/{job_id}/wait' },
  },
  'jobs.cancel': {
    summary: 'Cancel a job, waiting or running',
    input: z.object({ job_id: JobId }),
    output: Job,
    http: { method: 'POST', path: '/jobs/{job_id}/cancel' },
  },
  'pictures.list': {
    summary: 'Pictures that were made, the newest first',
    input: z.object({
      model_id: ModelId.optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
      cursor: z.string().max(200).optional(),
    }),
    output: z.object({
      pictures: z.array(Artifact),
      total: z.int().nonnegative().describe('Of all pages'),
      next_cursor: z.string().nullable(),
    }),
    http: { method: 'GET', path: '/pictures' },
  },
  'app.status': {
    summary: 'What runs, and where its folders are',
    input: z.object({}),
    output: z.object({
      status: z.literal('ok'),
      version: z.string(),
      runner: RunnerStatus,
      library_path: z.string(),
      data_path: z.string(),
      model_count: z.int().nonnegative(),
      starter_model_id: ModelId.nullable(),
      event_sequence: z.int().nonnegative().describe('Of the last event: a snapshot taken now holds all up to it'),
      library_refusal: Failure.optional().describe('Why the library is open for reading only, where it is'),
    }),
    http: { method: 'GET', path: '/status' },
  },
  'app.chooseLibrary': {
    summary: 'Use another library folder from the next start on; the one in use stays as it is',
    input: z.object({ path: absolutePath }),
    output: z.object({ library_path: z.string() }),
    http: { method: 'POST', path: '/library-folder' },
  },
  'app.doctor': {
    summary: 'The runtime, the providers found and why others are not, folders, versions',
    input: z.object({
      fresh: z
        .union([z.boolean(), z.stringbool()])
        .default(false)
        .describe('Try every provider anew instead of remembering what was found'),
    }),
    output: z.object({
      version: z.string(),
      node_version: z.string(),
      platform: z.string(),
      onnxruntime_version: z.string().nullable(),
      providers: z.array(ProviderReport),
      runner: RunnerStatus,
      library_path: z.string(),
      data_path: z.string(),
      log_path: z.string(),
    }),
    http: { method: 'GET', path: '/doctor' },
  },
  ...pictureCommands,
  'starter.prompts': {
    summary: 'What to write to the starter model: examples, its vocabulary, and what it is',
    input: z.object({}),
    output: StarterPrompts,
    http: { method: 'GET', path: '/starter/prompts' },
  },
  ...promptCommands,
  ...queueCommands,
  ...serverCommands,
  ...settingsCommands,
} as const satisfies Record<string, CommandShape>;

export type CommandName = keyof typeof commands;
/** What a caller gives; defaults may be left out. */
export type CommandInput<Name extends CommandName> = z.input<(typeof commands)[Name]['input']>;
/** What the core gets, checked and filled in. */
export type CheckedInput<Name extends CommandName> = z.output<(typeof commands)[Name]['input']>;
export type CommandOutput<Name extends CommandName> = z.output<(typeof commands)[Name]['output']>;

/** The core as its doors see it: one async function a command, given input that is already checked. */
export type Commands = { readonly [Name in CommandName]: (input: CheckedInput<Name>) => Promise<CommandOutput<Name>> };

/** The core as a caller sees it, whatever the transport. Rejects with `Failed`. */
export interface Client {
  call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandOutput<Name>>;
}

/** Checks raw input against the table; throws `invalid_input` with the first wrong field. */
export function checkInput<Name extends CommandName>(name: Name, input: unknown): CheckedInput<Name> {
  const checked = commands[name].input.safeParse(input);
  if (!checked.success) throw invalidInput(checked.error);
  return checked.data as CheckedInput<Name>;
}
