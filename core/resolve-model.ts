import { basename } from 'node:path';
import { Failed } from './contract/failure.ts';
import type { GenerateRequest, UsualParameters } from './contract/generate/generate.ts';
import { ModelId } from './contract/ids.ts';
import type { Metadata } from './contract/library/metadata.ts';
import { readMadeFor } from './formats/diffusers/made-for.ts';
import { readModelFacts } from './formats/model-facts.ts';
import { type EngineHost, enginesFor, resolveDependencies } from './library/execution/dependency-resolution.ts';
import { describeModel, reasonOf } from './library/execution/descriptor.ts';
import type { Library } from './library/library.ts';
import { slugOf } from './library/metadata/model-id.ts';
import { newRecord } from './library/record.ts';
import type { ResolvedModel } from './processing/plan-run.ts';
import { usualParameters } from './processing/usual-parameters.ts';

export interface ResolveHost {
  readonly library: Library;
  readonly engines: () => EngineHost;
  readonly now: () => Date;
}

/**
 * Gives the model of a request, its health checked anew: one of the library, or a folder that is in none, described as if it were.
 * Throws `not_found`, `path_not_found`, `asset_not_executable` with the findings, `no_engine`.
 */
export async function resolveModel(request: GenerateRequest, host: ResolveHost): Promise<ResolvedModel> {
  if (request.bundle !== undefined) return describeFolder(request.bundle, host);
  if (request.model_id === undefined) throw noModel();
  const descriptor = await host.library.describe(request.model_id);
  const record = await host.library.show(request.model_id);
  return runnable({ descriptor, record, madeFor: await readMadeFor(descriptor.entry_path) });
}

/** What a request takes that leaves them out, of a model of the library, whether it can run or not. Throws `not_found`. */
export async function usualParametersOf(modelId: ModelId, library: Pick<Library, 'show'>): Promise<UsualParameters> {
  const record = await library.show(modelId);
  return usualParameters({
    defaults: record.generation_defaults ?? null,
    madeFor: await readMadeFor(record.entry_path),
    pipelineClass: record.pipeline_class,
  });
}

export function noModel(): Failed {
  return new Failed('invalid_input', {
    field: 'model_id',
    reason: 'the starter model is not in the library. Name the model to use.',
  });
}

async function describeFolder(path: string, { engines, now }: ResolveHost): Promise<ResolvedModel> {
  const facts = await readModelFacts(path);
  if (facts.findings.some(({ code }) => code === 'path_not_found')) throw new Failed('path_not_found', { path });
  const name = basename(facts.entryPath);
  // The fingerprint keeps two folders of one name apart in whatever remembers models by their id.
  const id = `bundle/${slugOf(facts.family)}/${slugOf(name)}-${facts.fingerprint.slice(0, 8)}`;
  const record = newRecord(facts, {
    modelId: ModelId.parse(id),
    name,
    storageKind: 'external_reference',
    sourcePath: path,
    entryPath: facts.entryPath,
    matchSource: 'manual',
    now: now(),
  });
  if (record.validation_state !== 'valid') {
    throw new Failed('asset_not_executable', {
      model_id: path,
      validation_state: record.validation_state,
      reason: reasonOf(record.validation_errors.map(({ message }) => message)),
      findings: record.validation_errors,
    });
  }
  const dependencies = resolveDependencies(enginesFor(facts), engines());
  const madeFor = await readMadeFor(record.entry_path);
  return runnable({ descriptor: describeModel(record, dependencies), record, madeFor });
}

function runnable({
  descriptor,
  record,
  madeFor,
}: {
  descriptor: ResolvedModel['descriptor'];
  record: Metadata;
  madeFor: ResolvedModel['madeFor'];
}): ResolvedModel {
  if (descriptor.dependency_resolution.state !== 'resolved') {
    const reason = `its pipeline is ${descriptor.pipeline_class ?? 'not named'}, which is not among those that run here.`;
    throw new Failed('no_engine', { model_id: record.model_id, reason });
  }
  return {
    descriptor,
    defaults: record.generation_defaults ?? null,
    madeFor,
    name: record.name,
    shortHash: (record.hashes.sha256 ?? record.hashes.fingerprint).slice(0, 10),
  };
}
