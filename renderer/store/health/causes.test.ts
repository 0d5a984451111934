import { expect, test } from 'vitest';
import type { Cause } from '../../../core/contract/cause.ts';
import { mendOf, nextCause } from './causes.ts';

const cause = (code: Cause['code'], model_count: number): Cause => ({
  code,
  severity: 'error',
  drive: code === 'volume_offline' ? 'a' : null,
  model_count,
  finding_count: model_count,
  examples: [],
});

test('the next thing to mend helps the most models, and is never a drive', () => {
  const causes = [cause('missing_shard', 1), cause('source_changed', 2), cause('volume_offline', 3)];
  expect(nextCause(causes)?.code).toBe('source_changed');
  expect(nextCause([cause('volume_offline', 3)])).toBe(null);
});

test.each([
  ['path_not_found', 'error', 'relocate'],
  ['truncated_weights', 'error', 'check'],
  ['source_changed', 'warning', 'accept'],
  ['volume_offline', 'warning', 'lookAgain'],
] as const)('%s is mended by: %s %s', (code, severity, mend) => {
  expect(mendOf({ code, severity })).toBe(mend);
});
