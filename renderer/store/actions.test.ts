import { expect, test } from 'vitest';
import type { WindowClient } from '../client/client.ts';
import { createSampleClient } from '../dev/sample-client.ts';
import { createActions } from './actions.ts';
import { createAppStore } from './store.ts';
import { startSync } from './sync.ts';

test('what is wrong, with models and with links in other apps, is counted before anybody opens Health', async () => {
  const sample = createSampleClient('shelf');
  const call: WindowClient['call'] = async (name, input) => {
    const answer = await sample.call(name, input);
    return name === 'mappings.check' ? { ...answer, fault_count: 3 } : answer;
  };
  const client = { ...sample, call };
  const store = createAppStore();
  startSync(store, client, createActions(store, client));
  await expect.poll(() => store.getState().linkCheck?.fault_count).toBe(3);
  const { counts, causes, screen } = store.getState();
  expect({ isCounted: counts.invalid + counts.degraded > 0, causes, screen }).toEqual({
    isCounted: true,
    causes: null,
    screen: 'models',
  });
});
