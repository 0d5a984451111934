import { expect, test } from '../../fixtures.ts';
import { runnerProcessId } from '../../runner-process.ts';
import { askFor, goTo, passWelcome, pictures, seeStep } from '../../window-steps.ts';

test.skip(process.platform !== 'linux', 'finds the process in /proc');

test('a runner that is killed half way fails its job with the reason, and the next job works', async ({
  openWindow,
}) => {
  const { page, processId } = await openWindow();
  await passWelcome(page);
  await goTo(page, 'Generate');
  await askFor(page, 'a red sun over blue mountains', 900);
  await seeStep(page);
  const runner = runnerProcessId(processId);
  expect(runner).not.toBeNull();
  process.kill(runner ?? 0, 'SIGKILL');

  await expect(page.getByText(/^The picture was not made/).first()).toBeVisible();
  await expect(page.getByText(/ended unexpectedly/).first()).toBeVisible();
  await askFor(page, 'a red sun over blue mountains', 2);
  await expect(pictures(page)).toHaveCount(1, { timeout: 60_000 });
  expect(runnerProcessId(processId)).not.toBe(runner);
});
