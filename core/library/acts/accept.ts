import { Failed } from '../../contract/failure.ts';
import type { ModelId } from '../../contract/ids.ts';
import type { Finding, FindingCode } from '../../contract/library/finding.ts';
import type { Metadata } from '../../contract/library/metadata.ts';
import type { LibraryContext } from '../context.ts';
import { acceptanceOf, refusalOf } from '../health/health.ts';
import { refreshedRecord } from '../record.ts';

/** Accepts a warning of a model. Called in a turn. Throws `not_found` when the model has no such finding now, `conflict` when it can't be accepted. */
export async function acceptFinding(
  context: LibraryContext,
  id: ModelId,
  code: FindingCode,
  path: string | undefined,
): Promise<Metadata> {
  const record = await context.store.refresh(id);
  const matching = findingsOf(record, code, path);
  if (matching.length === 0)
    throw new Failed('not_found', {
      what: `finding of ${id} called`,
      id: path === undefined ? code : `${code} ${path}`,
    });
  const refusal = matching.map(refusalOf).find((reason) => reason !== null);
  if (refusal != null) throw new Failed('conflict', { reason: `This finding can't be accepted: ${refusal}` });
  const facts = await context.store.facts(record);
  const added = matching
    .filter(({ accepted }) => accepted !== true)
    .map((finding) => acceptanceOf(finding, facts.fingerprint));
  if (added.length === 0) return record;
  const kept = record.accepted_findings.filter(
    (old) => !added.some((next) => next.code === old.code && next.path === old.path),
  );
  return rewrite(context, { ...record, accepted_findings: [...kept, ...added] });
}

/** Takes back that a warning was accepted. Called in a turn. Throws `not_found` when none of that code and path is. */
export async function revokeFinding(
  context: LibraryContext,
  id: ModelId,
  code: FindingCode,
  path: string | undefined,
): Promise<Metadata> {
  const record = await context.store.readWhole(id);
  const kept = record.accepted_findings.filter(
    (accepted) => accepted.code !== code || (path !== undefined && accepted.path !== path),
  );
  if (kept.length === record.accepted_findings.length)
    throw new Failed('not_found', {
      what: `accepted finding of ${id} called`,
      id: path === undefined ? code : `${code} ${path}`,
    });
  return rewrite(context, { ...record, accepted_findings: kept });
}

async function rewrite({ store, host }: LibraryContext, record: Metadata): Promise<Metadata> {
  const sourceAt = await store.sourceStampOf(record);
  const facts = await store.facts(record);
  const isOffline = await store.isOffline(facts, record.entry_path);
  const changed = {
    ...refreshedRecord(record, facts, { isOffline, sourceStamp: sourceAt }),
    updated_at: host.now().toISOString(),
  };
  await store.write(changed, sourceAt);
  return changed;
}

function findingsOf(record: Metadata, code: FindingCode, path: string | undefined): Finding[] {
  return record.validation_errors.filter(
    (finding) => finding.code === code && (path === undefined || finding.path === path),
  );
}
