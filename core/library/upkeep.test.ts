import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestLibrary, writeLora } from './fixtures/test-library.ts';

test('care that was put off begins when somebody waits for it, and holds up no end', async () => {
  await using at = await TestLibrary.open({ timing: { upkeepDelayMs: 600_000 } });
  const { model_id } = await at.library.register(await writeLora(join(at.path, 'a.safetensors'), 'a'));
  await at.library.close();
  await rm(join(at.root, 'models', model_id), { recursive: true });
  at.library = await at.openAgain();
  expect(at.all()).toHaveLength(1);
  await at.library.settled();
  expect(at.all()).toEqual([]);
  await at.library.close();
  at.library = await at.openAgain();
});
