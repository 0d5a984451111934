import { symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blockOnFiles } from './file-calls.ts';
import { copyTinyBundle, temporaryFolder, tinyBundlePath, writeSafetensors } from './fixtures/tiny-bundle.ts';
import { readModelFacts } from './model-facts.ts';

test('a thread that blocks on files reads the same facts and finds the same damage', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => join(folder.path, name);
  const lora = { 'lora_unet_x.lora_down.weight': { dtype: 'F16', shape: [4, 8], data_offsets: [0, 64] } };
  await writeSafetensors(at('whole.safetensors'), lora, 64);
  await writeSafetensors(at('short.safetensors'), lora, 32);
  await writeFile(at('whole.civitai.info'), JSON.stringify({ baseModel: 'SD 1.5', trainedWords: ['ink'] }));
  await writeFile(at('empty.gguf'), '');
  await symlink('loop.onnx', at('loop.onnx'));
  const damaged = await copyTinyBundle(at('damaged'));
  await truncate(join(damaged, 'vae/diffusion_pytorch_model.safetensors'), 1000);
  await writeFile(join(damaged, 'unet/config.json'), '{');
  const paths = [
    ...['whole.safetensors', 'short.safetensors', 'empty.gguf', 'loop.onnx', 'nothing', '.'].map(at),
    damaged,
    tinyBundlePath('sd15-tiny'),
    tinyBundlePath('sdxl-tiny'),
  ];
  const readAll = () => Promise.all(paths.map((path) => readModelFacts(path)));
  const waited = await readAll();
  {
    using _blocking = blockOnFiles();
    expect(await readAll()).toEqual(waited);
  }
  expect(waited.map(({ findings }) => findings[0]?.code)).toEqual([
    undefined,
    'truncated_weights',
    'truncated_weights',
    'component_unreadable',
    'path_not_found',
    'missing_model_index',
    'invalid_config',
    undefined,
    undefined,
  ]);
  expect(waited[0]).toMatchObject({ baseModel: 'SD 1.5', triggerWords: ['ink'] });
});
