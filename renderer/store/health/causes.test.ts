import { expect, test } from 'vitest';
import type { Finding, FindingCode } from '../../../core/contract/finding.ts';
import type { Metadata } from '../../../core/contract/metadata.ts';
import { sampleModel } from '../../dev/sample-records.ts';
import { causesOf, driveOf, mendOf, nextCause } from './causes.ts';

function record(name: string, findings: readonly [FindingCode, Finding['severity'], boolean?][]): Metadata {
  const validation_errors = findings.map(([code, severity, accepted]) => ({
    code,
    severity,
    message: code,
    ...(accepted !== undefined && { accepted }),
  }));
  return { ...(sampleModel({ name, entry_path: `/media/mira/${name}/x` }) as unknown as Metadata), validation_errors };
}

test('causes stand worst first, drives that are away last, accepted warnings nowhere', () => {
  const causes = causesOf([
    record('a', [['volume_offline', 'warning']]),
    record('b', [['missing_optional_component', 'warning']]),
    record('c', [['missing_shard', 'error']]),
    record('d', [
      ['truncated_weights', 'error'],
      ['missing_optional_component', 'warning', true],
    ]),
    record('e', [['truncated_weights', 'error']]),
  ]);
  expect(causes.map(({ code, models }) => [code, models.length])).toEqual([
    ['truncated_weights', 2],
    ['missing_shard', 1],
    ['missing_optional_component', 1],
    ['volume_offline', 1],
  ]);
});

test('each drive that is away is a cause of its own', () => {
  const causes = causesOf([record('a', [['volume_offline', 'warning']]), record('b', [['volume_offline', 'warning']])]);
  expect(causes.map(({ drive }) => drive)).toEqual(['a', 'b']);
});

test('the next thing to mend helps the most models, and is never a drive', () => {
  const causes = causesOf([
    record('a', [['missing_shard', 'error']]),
    record('b', [['source_changed', 'warning']]),
    record('c', [['source_changed', 'warning']]),
    ...['d', 'e', 'f'].map(() => record('d', [['volume_offline', 'warning']])),
  ]);
  expect(nextCause(causes)?.code).toBe('source_changed');
  expect(nextCause(causesOf([record('d', [['volume_offline', 'warning']])]))).toBe(null);
});

test.each([
  ['path_not_found', 'error', 'relocate'],
  ['truncated_weights', 'error', 'check'],
  ['source_changed', 'warning', 'accept'],
  ['volume_offline', 'warning', 'lookAgain'],
] as const)('%s is mended by: %s %s', (code, severity, mend) => {
  expect(mendOf({ code, severity })).toBe(mend);
});

test.each([
  ['/media/mira/Archiv-SSD/models/a', 'Archiv-SSD'],
  ['/media/usb0', 'usb0'],
  ['/mnt/atelier/a', 'atelier'],
  ['/run/media/mira/Stick/a', 'Stick'],
  ['/Volumes/Archive/a', 'Archive'],
  ['e:\\models\\a', 'E:'],
  ['/srv/models', '/srv/models'],
])('%s lies on the drive %s', (path, drive) => {
  expect(driveOf(path)).toBe(drive);
});
