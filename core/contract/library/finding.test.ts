import { expect, test } from 'vitest';
import { type Finding, stateOf } from './finding.ts';

const error: Finding = { code: 'missing_weights', severity: 'error', message: 'm' };
const warning: Finding = { code: 'missing_optional_component', severity: 'warning', message: 'm' };
const accepted: Finding = { ...warning, accepted: true };

test.each([
  [[], 'valid'],
  [[warning], 'degraded'],
  [[accepted], 'valid'],
  [[accepted, warning], 'degraded'],
  [[error], 'invalid'],
  [[warning, error], 'invalid'],
  [[{ ...error, accepted: true }], 'invalid'],
] as const)('findings %j make the state %s', (findings, state) => {
  expect(stateOf(findings)).toBe(state);
});
