import { type Finding, type FindingCode, findingSeverity } from '../../contract/library/finding.ts';

/** A finding with the severity that its code has. `path` is below the bundle's root; empty means the root itself and is left out. */
export function findingOf(code: FindingCode, message: string, path = ''): Finding {
  return { code, severity: findingSeverity[code], message, ...(path !== '' && { path }) };
}
