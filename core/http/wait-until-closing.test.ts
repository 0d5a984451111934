import { expect, test } from 'vitest';
import { checkInput } from '../contract/command.ts';
import { failureOf } from '../contract/failure.ts';
import { openDoor } from './fixtures/open-door.ts';
import { waitUntilClosing } from './wait-until-closing.ts';

test('a wait is answered as the core answers it, and as closing once the server ends, whichever comes first', async () => {
  await using door = await openDoor();
  const { commands } = door.core;
  const request = checkInput('jobs.generate', { request: { prompt: 'a' }, origin: 'cli' });
  const { id: job_id } = await commands['jobs.generate'](request);
  const closing = new AbortController();
  const wait = waitUntilClosing(commands['jobs.wait'], closing.signal);
  expect(await wait({ job_id, timeout_ms: 1 })).toMatchObject({ id: job_id, status: 'succeeded' });

  const never = waitUntilClosing(() => new Promise(() => undefined), closing.signal);
  const waiting = never({ job_id, timeout_ms: 60_000 });
  closing.abort();
  for (const cut of [waiting, never({ job_id, timeout_ms: 60_000 })]) {
    expect(failureOf(await cut.catch((error: unknown) => error))).toMatchObject({
      code: 'closing',
      details: { id: job_id },
    });
  }
});
