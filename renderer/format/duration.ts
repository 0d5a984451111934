import { numberFormatter } from './formatters.ts';

/** A length of time in at most two units, as fine as helps: `0.4 sec`, `9 sec`, `1 min 18 sec`, `2 hr 5 min`. */
export function formatDuration(milliseconds: number, locale: string): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return unit(seconds, 'second', locale, seconds < 1 ? 1 : seconds % 1 < 0.05 ? 0 : 1);
  if (seconds < 60) return unit(Math.round(seconds), 'second', locale);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(minutes, 'minute', Math.round(seconds % 60), 'second', locale);
  return joined(Math.floor(minutes / 60), 'hour', minutes % 60, 'minute', locale);
}

/** Time left is a guess: whole seconds, and never zero while there is something left. */
export function formatTimeLeft(milliseconds: number, locale: string): string {
  return formatDuration(Math.max(1, Math.round(milliseconds / 1000)) * 1000, locale);
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string, locale: string): string {
  const first = unit(large, largeUnit, locale);
  return small === 0 ? first : `${first} ${unit(small, smallUnit, locale)}`;
}

function unit(value: number, name: string, locale: string, maximumFractionDigits = 0): string {
  return numberFormatter(locale, {
    style: 'unit',
    unit: name,
    unitDisplay: name === 'second' ? 'narrow' : 'short',
    maximumFractionDigits,
  })
    .format(value)
    .replace(/(\d)s$/, '$1\u00a0s');
}
