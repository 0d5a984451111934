import { numberFormatter } from './formatters.ts';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** A size in human units of 1000, three figures: `6.94 GB`, `335 MB`, `64 byte`. */
export function formatBytes(bytes: number, locale: string): string {
  const step = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return numberFormatter(locale, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: step === 0 ? 'narrow' : 'short',
    maximumSignificantDigits: 3,
  }).format(value);
}

/** The exact number of bytes, for whoever hovers. */
export function formatExactBytes(bytes: number, locale: string): string {
  return numberFormatter(locale, { style: 'unit', unit: 'byte', unitDisplay: 'long' }).format(bytes);
}
