import { Failed } from '../../contract/failure.ts';
import type { ModelId } from '../../contract/ids.ts';
import { stateOf } from '../../contract/library/finding.ts';
import { ListQuery } from '../../contract/library/model.ts';
import { type ModelFacts, readModelFacts } from '../../formats/model-facts.ts';
import type { LibraryContext } from '../context.ts';
import { reasonOf } from '../execution/descriptor.ts';
import { deriveModelId } from '../metadata/model-id.ts';
import { fileStamp, modelStamp } from '../reconcile/stamp.ts';
import { newRecord } from '../record.ts';
import { placeCopy } from './starter-copy.ts';
import type { StarterFacts } from './starter-facts.ts';
import { writeStarterRecord } from './starter-record.ts';

/** Copies the model that ships with the program into the library. Called in a turn, once in a library's life. Throws `invalid_bundle`, `disk_full`, `write_failed`. */
export async function adoptStarter(context: LibraryContext, bundlePath: string, facts: StarterFacts): Promise<ModelId> {
  const { host, catalog } = context;
  const found = await readModelFacts(bundlePath);
  if (stateOf(found.findings) === 'invalid')
    throw new Failed('invalid_bundle', {
      path: bundlePath,
      reason: reasonOf(found.findings.map(({ message }) => message)),
      findings: found.findings,
    });
  // A copy that was whole before its record could be written is taken as it is.
  const known = catalog
    .page(ListQuery.parse({ query: facts.name, limit: 500 }))
    .models.find(
      ({ storage_kind, fingerprint }) => storage_kind === 'library_owned' && fingerprint === found.fingerprint,
    );
  const modelId = known?.model_id ?? (await copyStarter(context, bundlePath, found, facts));
  await writeStarterRecord(host.rootPath, modelId, host.now());
  return modelId;
}

async function copyStarter(
  { host, store }: LibraryContext,
  bundlePath: string,
  found: ModelFacts,
  facts: StarterFacts,
): Promise<ModelId> {
  const parts = { type: found.modelType, family: found.family, name: facts.name };
  const modelId = await deriveModelId(parts, (id) => store.isTaken(id));
  const folder = await store.folders.makeRoom(modelId);
  const record = await placeCopy(host.rootPath, bundlePath, folder, async (copyPath) =>
    newRecord(await readModelFacts(copyPath), {
      modelId,
      name: facts.name,
      storageKind: 'library_owned',
      sourcePath: bundlePath,
      entryPath: folder,
      matchSource: 'starter',
      generationDefaults: facts.generationDefaults,
      notes: facts.notes,
      now: store.addedAt(),
    }),
  );
  const recordAt = await fileStamp(store.folders.metadataPathOf(modelId));
  store.publish(record, modelStamp(recordAt, await store.sourceStampOf(record)));
  return modelId;
}
