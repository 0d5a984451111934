import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ModelId } from './contract/ids.ts';
import { copyTinyBundle } from './formats/fixtures/tiny-bundle.ts';
import { TestLibrary } from './library/fixtures/test-library.ts';
import { usualParametersOf } from './resolve-model.ts';

test.each([
  ['a plain one', {}, { width: 64, height: 64, steps: 20, guidance_scale: 7 }],
  [
    'one made for a few steps',
    { _class_name: 'EulerDiscreteScheduler', timestep_spacing: 'trailing' },
    { width: 64, height: 64, steps: 4, guidance_scale: 1 },
  ],
])('what a request takes that leaves it out is read from the files of a model: %s', async (_, scheduler, expected) => {
  await using home = await TestLibrary.open();
  await mkdir(join(home.path, 'drive'));
  const bundle = await copyTinyBundle(join(home.path, 'drive', 'Tiny'));
  const configPath = join(bundle, 'scheduler', 'scheduler_config.json');
  const config: object = JSON.parse(await readFile(configPath, 'utf8'));
  await writeFile(configPath, JSON.stringify({ ...config, ...scheduler }));
  const { model_id } = await home.library.register(bundle);
  expect(await usualParametersOf(model_id, home.library)).toEqual(expected);
});

test('a model that is not in the library has none', async () => {
  await using home = await TestLibrary.open();
  await expect(usualParametersOf(ModelId.parse('diffusion/sd/none'), home.library)).rejects.toMatchObject({
    failure: { code: 'not_found' },
  });
});
