import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestLibrary, writeLora } from '../fixtures/test-library.ts';

const codes = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code);

test('models on a drive that does not answer are offline, hold up nothing, and come back with it', async () => {
  let isDead = false;
  let comeBack = () => {};
  let nas = '/nowhere';
  await using at = await TestLibrary.open({
    drives: {
      slowMounts: async () => [nas],
      ask: () =>
        isDead
          ? new Promise((resolve) => {
              comeBack = resolve;
            })
          : Promise.resolve(),
      patienceMs: 20,
    },
  });
  nas = join(at.path, 'nas');
  await mkdir(nas);
  const away = await at.library.register(await writeLora(join(at.path, 'nas/away.safetensors'), 'away'));
  const here = await at.library.register(await writeLora(join(at.path, 'here.safetensors'), 'here'));
  const onNas = await writeLora(join(at.path, 'nas/other.safetensors'), 'other');
  await at.library.close();
  at.library = await at.openAgain();
  await at.library.settled();

  isDead = true;
  // The answer of a moment ago still counts: a drive is not asked before each file.
  await at.library.close();
  at.library = await at.openAgain();
  await at.library.settled();
  expect(at.all()).toMatchObject([
    { model_id: here.model_id, validation_state: 'valid' },
    { model_id: away.model_id, validation_state: 'degraded', is_offline: true },
  ]);
  expect(codes((await at.library.validate({ model_id: away.model_id })).validation_errors)).toEqual(['volume_offline']);
  const refused = expect.objectContaining({ failure: expect.objectContaining({ code: 'asset_not_executable' }) });
  await expect(at.library.describe(away.model_id)).rejects.toEqual(refused);
  expect(await at.library.describe(here.model_id)).toMatchObject({ validation_state: 'valid' });
  expect(await at.library.reconcile()).toMatchObject({ unchanged: 2, updated: 0 });
  const unreadable = expect.objectContaining({ failure: expect.objectContaining({ code: 'unreadable' }) });
  await expect(at.library.register(onNas)).rejects.toEqual(unreadable);
  await expect(at.library.classify(onNas)).rejects.toEqual(unreadable);
  await expect(at.library.validate({ path: onNas })).rejects.toEqual(unreadable);
  const { task_id } = at.library.import([{ path: onNas, mode: 'copy' }]);
  expect(await at.library.waitForTask(task_id, 10_000)).toMatchObject({
    results: [{ status: 'failed', failure: { code: 'unreadable' } }],
  });

  isDead = false;
  comeBack();
  expect(await at.library.reconcile()).toMatchObject({ updated: 1, unchanged: 1 });
  expect(await at.library.describe(away.model_id)).toMatchObject({ validation_state: 'valid' });
});
