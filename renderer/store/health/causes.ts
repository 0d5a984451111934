import type { Finding, FindingCode } from '../../../core/contract/finding.ts';
import type { Metadata } from '../../../core/contract/metadata.ts';

export interface Cause {
  readonly code: FindingCode;
  readonly severity: Finding['severity'];
  /** The drive that is away; null for all else. */
  readonly drive: string | null;
  readonly models: readonly { readonly record: Metadata; readonly finding: Finding }[];
}

/** What mends a cause: saying where the files are now, taking the change for meant, waiting for a drive, or looking again once it was mended outside. */
export type Mend = 'relocate' | 'accept' | 'lookAgain' | 'check';

export function mendOf({ code, severity }: Pick<Cause, 'code' | 'severity'>): Mend {
  if (code === 'volume_offline') return 'lookAgain';
  if (code === 'path_not_found' || code === 'missing_entry_path' || code === 'path_not_directory') return 'relocate';
  return severity === 'warning' ? 'accept' : 'check';
}

/** Findings nobody accepted, by cause: errors first, then warnings, drives that are away last; the most models first. */
export function causesOf(records: readonly Metadata[]): readonly Cause[] {
  const found = new Map<string, { code: FindingCode; drive: string | null; models: Cause['models'][number][] }>();
  for (const record of records)
    for (const finding of record.validation_errors) {
      if (finding.accepted === true) continue;
      const { code } = finding;
      const drive = code === 'volume_offline' ? driveOf(record.entry_path) : null;
      const key = `${code} ${drive ?? ''}`;
      const cause = found.get(key) ?? { code, drive, models: [] };
      cause.models.push({ record, finding });
      found.set(key, cause);
    }
  const rank = ({ code, severity }: Cause) => (code === 'volume_offline' ? 2 : severity === 'error' ? 0 : 1);
  return [...found.values()]
    .map((cause): Cause => ({ ...cause, severity: cause.models[0]?.finding.severity ?? 'error' }))
    .sort((a, b) => rank(a) - rank(b) || b.models.length - a.models.length || a.code.localeCompare(b.code));
}

/** The cause whose mending helps the most models: the one thing to do next. A drive that is away waits for its owner. */
export function nextCause(causes: readonly Cause[]): Cause | null {
  const own = causes.filter(({ code }) => code !== 'volume_offline');
  return own.reduce<Cause | null>(
    (most, cause) => (most && most.models.length >= cause.models.length ? most : cause),
    null,
  );
}

/** The name that a person knows a drive by: of its mount point, or its letter. */
export function driveOf(path: string): string {
  const letter = /^[A-Za-z]:/.exec(path);
  if (letter) return letter[0].toUpperCase();
  const [first, second, third, fourth] = path.split('/').filter(Boolean);
  if (first === 'run' && second === 'media') return fourth ?? third ?? path;
  if (first === 'media') return third ?? second ?? path;
  if (first === 'mnt' || first === 'Volumes') return second ?? path;
  return path;
}
