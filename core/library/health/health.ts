import { type AcceptedFinding, type Finding, stateOf, type ValidationState } from '../../contract/library/finding.ts';
import type { Metadata } from '../../contract/library/metadata.ts';

/** What was found at a model's entry path just now. */
export interface FoundFiles {
  readonly findings: readonly Finding[];
  readonly fingerprint: string;
  /** The files are not there, and their drive isn't either. */
  readonly isOffline: boolean;
}

export interface Health {
  readonly validation_state: ValidationState;
  readonly validation_errors: Finding[];
}

/** The health of a model: what was found, against what was registered and what the user accepted. */
export function healthOf(
  record: Pick<Metadata, 'hashes' | 'accepted_findings' | 'entry_path'>,
  found: FoundFiles,
): Health {
  const findings = found.findings.map((finding) =>
    finding.code === 'path_not_found' && found.isOffline ? offline(record.entry_path) : finding,
  );
  // A part that is missing explains the change already, and says better what mends it.
  if (findings.length === 0 && found.fingerprint !== record.hashes.fingerprint) findings.push(sourceChanged);
  const validation_errors = findings.map((finding) =>
    record.accepted_findings.some((accepted) => covers(accepted, finding, found.fingerprint))
      ? { ...finding, accepted: true }
      : finding,
  );
  return { validation_state: stateOf(validation_errors), validation_errors };
}

/** What is stored when a user accepts a finding. A change of the files is accepted for what they are now, not for what they may become. */
export function acceptanceOf(finding: Finding, fingerprint: string): AcceptedFinding {
  return {
    code: finding.code,
    ...(finding.path !== undefined && { path: finding.path }),
    ...(finding.code === 'source_changed' && { fingerprint }),
  };
}

/** Whether a finding can be accepted at all; if not, why. */
export function refusalOf(finding: Finding): string | null {
  if (finding.severity === 'error')
    return `"${finding.code}" is an error: the model can't run with it. ${finding.message}`;
  if (finding.code === 'volume_offline') return `"${finding.code}" passes by itself when the drive is back.`;
  return null;
}

function covers(accepted: AcceptedFinding, finding: Finding, fingerprint: string): boolean {
  if (refusalOf(finding) !== null || accepted.code !== finding.code) return false;
  if (accepted.path !== undefined && accepted.path !== finding.path) return false;
  return finding.code !== 'source_changed' || accepted.fingerprint === fingerprint;
}

const sourceChanged: Finding = {
  code: 'source_changed',
  severity: 'warning',
  message:
    'The files are whole, but not those that were registered. Accept this if you changed them, or put the old ones back.',
};

/** Of files that nobody could look for. */
export const notFound: Finding = {
  code: 'path_not_found',
  severity: 'error',
  message: 'The files could not be looked for.',
};

function offline(entryPath: string): Finding {
  return {
    code: 'volume_offline',
    severity: 'warning',
    message: `The drive of "${entryPath}" is not mounted, or does not answer. The model comes back with it.`,
  };
}
