import { expect, test } from 'vitest';
import { checkInput } from '../../contract/command.ts';
import { resolveFolders } from '../../folders.ts';
import { openInstance } from '../../instance.ts';
import { silentLog } from '../../log.ts';
import { openApp } from '../fixtures/open-app.ts';

test('a caller is told when the program ends under it, and its job is carried out at the next start', async () => {
  await using app = await openApp({ env: { VITRINE_RUNNER: 'fake', VITRINE_FAKE_STEP_MS: '200' } });
  const asked = app.post('/sdapi/v1/txt2img', { prompt: 'a', width: 64, height: 64, steps: 400, seed: 5 });
  const running = async () => (await app.instance.app.commands['jobs.list'](checkInput('jobs.list', {}))).jobs[0];
  while ((await running())?.progress?.stage !== 'denoise') await new Promise((resolve) => setTimeout(resolve, 5));
  const id = (await running())?.id ?? expect.unreachable();
  await app.instance.close();
  expect(await asked).toMatchObject({ status: 503, body: { detail: expect.stringContaining(id) } });

  await using again = await openInstance({
    folders: resolveFolders({ library: `${app.folder}/library`, data: `${app.folder}/data` }),
    env: { VITRINE_RUNNER: 'fake' },
    log: silentLog(),
    apiKey: null,
  });
  const job = await again.app.commands['jobs.wait']({ job_id: id, timeout_ms: 20_000 });
  expect(job).toMatchObject({ status: 'succeeded', origin: 'sdapi', artifacts: [{ seed: 5 }] });
});
