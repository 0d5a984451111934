import { expect, test } from 'vitest';
import { chooseRunner } from './choose-runner.ts';
import { Failed } from './contract/failure.ts';

const inCheckout = { isPackaged: false };
const installed = { isPackaged: true };

test.each([
  [{}, inCheckout, { runnerKind: 'onnx', provider: 'auto' }],
  [{ CI: 'true' }, inCheckout, { runnerKind: 'onnx', provider: 'auto' }],
  [{ VITRINE_RUNNER: 'onnx', VITRINE_PROVIDER: 'cpu' }, installed, { runnerKind: 'onnx', provider: 'cpu' }],
  [{ VITRINE_RUNNER: 'fake' }, inCheckout, { runnerKind: 'fake', provider: 'auto' }],
  [{ VITRINE_RUNNER: 'fake', VITRINE_ALLOW_FAKE: '1' }, installed, { runnerKind: 'fake', provider: 'auto' }],
  [{ VITRINE_ALLOW_FAKE: '1' }, installed, { runnerKind: 'onnx', provider: 'auto' }],
])('%j, installed or not as in %j, is %j', (env, place, expected) => {
  expect(chooseRunner(env, place)).toMatchObject(expected);
});

test.each([
  [{ VITRINE_RUNNER: 'fake' }, installed, 'VITRINE_RUNNER'],
  [{ VITRINE_RUNNER: 'fake', VITRINE_ALLOW_FAKE: 'yes' }, installed, 'VITRINE_RUNNER'],
  [{ VITRINE_RUNNER: 'FAKE' }, inCheckout, 'VITRINE_RUNNER'],
  [{ VITRINE_PROVIDER: 'gpu' }, inCheckout, 'VITRINE_PROVIDER'],
  [{ VITRINE_FAKE_STEP_MS: 'x' }, inCheckout, 'VITRINE_FAKE_STEP_MS'],
  [{ VITRINE_FAKE_STEP_MS: '-1' }, inCheckout, 'VITRINE_FAKE_STEP_MS'],
])('%j, installed or not as in %j, is refused with the variable', (env, place, field) => {
  const refused = () => chooseRunner(env, place);
  expect(refused).toThrow(Failed);
  expect(refused).toThrow(
    expect.objectContaining({
      failure: expect.objectContaining({ code: 'invalid_input', details: expect.objectContaining({ field }) }),
    }),
  );
});
