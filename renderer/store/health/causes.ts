import type { Cause } from '../../../core/contract/cause.ts';

/** What mends a cause: saying where the files are now, taking the change for meant, waiting for a drive, or looking again once it was mended outside. */
export type Mend = 'relocate' | 'accept' | 'lookAgain' | 'check';

export function mendOf({ code, severity }: Pick<Cause, 'code' | 'severity'>): Mend {
  if (code === 'volume_offline') return 'lookAgain';
  if (code === 'path_not_found' || code === 'missing_entry_path' || code === 'path_not_directory') return 'relocate';
  return severity === 'warning' ? 'accept' : 'check';
}

export function causeKey({ code, drive }: Pick<Cause, 'code' | 'drive'>): string {
  return `${code} ${drive ?? ''}`;
}

/** The cause whose mending helps the most models: the one thing to do next. A drive that is away waits for its owner. */
export function nextCause(causes: readonly Cause[]): Cause | null {
  const own = causes.filter(({ code }) => code !== 'volume_offline');
  return own.reduce<Cause | null>(
    (most, cause) => (most && most.model_count >= cause.model_count ? most : cause),
    null,
  );
}
