import type { Finding } from '../contract/library/finding.ts';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** `1.7 GB`: decimal units, as file managers and shops have them. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat('en', {
    style: 'unit',
    unit: units[power] ?? 'byte',
    maximumFractionDigits: power === 0 ? 0 : 1,
  }).format(bytes / 1000 ** power);
}

/** `860 M` */
export function formatCount(count: number): string {
  return new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(count);
}

/** `950 ms`, `12.4 s` */
export function formatMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Lines of aligned columns, the first one the heads. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `name   value` lines; what is null is left out. */
export function formatFacts(facts: Readonly<Record<string, string | null>>): string {
  return formatTable(Object.entries(facts).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

export function formatFindings(findings: readonly Finding[]): string {
  return findings
    .map(({ severity, accepted, path, message, code }) => {
      const state = accepted ? 'accepted' : severity;
      return `  ${state}: ${path === undefined ? '' : `${path}: `}${message} [${code}]`;
    })
    .join('\n');
}
