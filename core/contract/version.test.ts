import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { dependencyContractVersion, ExecutionDescriptor, executionContractVersion } from './library/descriptor.ts';
import { Metadata, metadataSchemaVersion } from './library/metadata.ts';

/**
 * Each persisted or wire shape is pinned to its version. When this fails you changed the shape: if you only added an optional field,
 * pin the new fingerprint under the same version; if a meaning changed, raise the version, write its History line, then pin.
 */
test.each([
  ['metadata.json', metadataSchemaVersion, Metadata, 'f4dbff861ed16305'],
  [
    'execution descriptor',
    `${executionContractVersion}.${dependencyContractVersion}`,
    ExecutionDescriptor,
    'a268042e28f9d962',
  ],
] as const)('the shape of %s is the one pinned to version %s', (_, _version, schema, pinned) => {
  const shape = JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  expect(createHash('sha256').update(shape).digest('hex').slice(0, 16)).toBe(pinned);
});
