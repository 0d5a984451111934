import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ModelSummary } from '../contract/library/model.ts';
import { catalogSchema, catalogVersion } from './schema.ts';

/** When this fails, raise `catalogVersion` with a History line, then pin the new fingerprint: an index of the old shape is then made anew. */
test('what the index holds is the shape pinned to its version', () => {
  const shape = catalogSchema + JSON.stringify(z.toJSONSchema(ModelSummary, { unrepresentable: 'any' }));
  const fingerprint = createHash('sha256').update(shape).digest('hex').slice(0, 16);
  expect([catalogVersion, fingerprint]).toEqual([5, 'c38a71d3bec258c7']);
});
