import { expect, test } from 'vitest';
import type { WindowClient } from '../../client/client.ts';
import { createSampleClient } from '../../dev/sample-client.ts';
import { shelf } from '../../dev/sample-models.ts';
import { createActions } from '../actions.ts';
import { createAppStore } from '../store.ts';

test('an answer about a model that comes after that to a later question is dropped', async () => {
  const sample = createSampleClient('shelf');
  const held = Promise.withResolvers<void>();
  let shows = 0;
  const call: WindowClient['call'] = async (name, input) => {
    const answer = await sample.call(name, input);
    if (name === 'models.show') {
      shows += 1;
      if (shows === 1) await held.promise;
    }
    return answer;
  };
  const store = createAppStore();
  const actions = createActions(store, { ...sample, call });
  const [{ model_id } = { model_id: '' }] = shelf;
  const notes = () => store.getState().details[model_id]?.notes;
  const first = actions.loadDetails(model_id);
  await expect.poll(() => shows).toBe(1);
  await sample.call('models.edit', { model_id, notes: 'For the ferry.' });
  await actions.loadDetails(model_id);
  expect(notes()).toBe('For the ferry.');
  held.resolve();
  await first;
  expect(notes()).toBe('For the ferry.');
});
