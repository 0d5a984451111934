import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ModelId } from '../../contract/ids.ts';
import { Classification } from '../../contract/library/model.ts';
import { copyTinyBundle, temporaryFolder, writeSafetensors } from '../../formats/fixtures/tiny-bundle.ts';
import { tinyZip } from '../../formats/fixtures/tiny-zip.ts';
import type { ClassifyLookups } from './candidate-of.ts';
import { classifyPath } from './classify-path.ts';
import { Survey } from './survey.ts';

const empty: ClassifyLookups = { registeredAt: () => null, withFingerprint: () => [], freeBytes: async () => 1000 };
const tensors = (name: string, shape: number[]) => ({
  [name]: { dtype: 'F16', shape, data_offsets: [0, shape.reduce((a, b) => a * b, 2)] },
});

const write = {
  embedding: (path: string) => writeSafetensors(path, tensors('emb_params', [1, 768]), 1536),
  lora: (path: string) => writeSafetensors(path, tensors('lora_unet_a.lora_down.weight', [2, 3]), 12),
  vae: (path: string) => writeSafetensors(path, tensors('decoder.up.0.block.0.x', [2]), 4),
  pickle: async (path: string) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, tinyZip({ 'a/data.pkl': Buffer.from('x') }));
  },
  text: async (path: string, text = 'x') => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  },
};

/** A classification by names below the folder, and checked against the contract. */
async function brief(path: string, base = path) {
  const classification = Classification.parse(await classifyPath(path, empty));
  const below = (at: string) => (at.startsWith(`${base}/`) ? at.slice(base.length + 1) : at === base ? '.' : at);
  return {
    kind: classification.kind,
    candidates: classification.candidates.map((model) => [below(model.path), model.model_type, model.validation_state]),
    skipped: Object.fromEntries(classification.skipped.map(({ path: at, reason }) => [below(at), reason])),
  };
}

test('a single file is one candidate, with all that is known of it', async () => {
  await using temporary = await temporaryFolder();
  const path = join(temporary.path, 'word.safetensors');
  await write.embedding(path);
  const id = 'embedding/stable-diffusion-1/word' as ModelId;
  const other = 'embedding/stable-diffusion-1/word-2' as ModelId;
  const asked: string[] = [];
  const classification = await classifyPath(path, {
    registeredAt: (entryPath) => (entryPath === path ? id : null),
    withFingerprint: (fingerprint) => {
      asked.push(fingerprint);
      return [id, other];
    },
    freeBytes: async () => 12,
  });
  expect(classification).toEqual({
    path,
    kind: 'single_file',
    reasons: ['It is one file of weights.'],
    candidates: [
      {
        path,
        name: 'word',
        model_type: 'embedding',
        family: 'stable-diffusion-1',
        bundle_format: 'single_file',
        pipeline_class: null,
        precision: 'fp16',
        parameter_count: 768,
        size_bytes: expect.any(Number),
        file_count: 1,
        fingerprint: asked[0],
        reasons: ['It holds text vectors of width 768 (emb_params).'],
        validation_state: 'valid',
        validation_errors: [],
        repo_id: null,
        revision: null,
        already_registered_as: id,
        duplicates: [other],
      },
    ],
    skipped: [],
    free_bytes: 12,
  });
});

describe('what is chosen decides the kind', () => {
  test.each<[string, (root: string) => Promise<unknown>, string, Awaited<ReturnType<typeof brief>>]>([
    [
      'a diffusers folder',
      (root) => copyTinyBundle(join(root, 'b')),
      'b',
      { kind: 'diffusers_directory', candidates: [['b', 'diffusion', 'valid']], skipped: {} },
    ],
    [
      'the model_index.json of one',
      (root) => copyTinyBundle(join(root, 'b')),
      'b/model_index.json',
      { kind: 'diffusers_directory', candidates: [['b', 'diffusion', 'valid']], skipped: {} },
    ],
    [
      'a part of one',
      (root) => copyTinyBundle(join(root, 'b')),
      'b/unet',
      { kind: 'unsupported', candidates: [], skipped: {} },
    ],
    ['an empty folder', (root) => mkdir(join(root, 'e')), 'e', { kind: 'unsupported', candidates: [], skipped: {} }],
    [
      'a text',
      (root) => write.text(join(root, 'a.txt')),
      'a.txt',
      { kind: 'unsupported', candidates: [], skipped: {} },
    ],
    [
      'a download that has not finished',
      (root) => write.text(join(root, 'a.safetensors.part')),
      'a.safetensors.part',
      {
        kind: 'unsupported',
        candidates: [],
        skipped: { 'a.safetensors.part': 'It is a download that has not finished.' },
      },
    ],
    [
      'a pickle',
      (root) => write.pickle(join(root, 'a.ckpt')),
      'a.ckpt',
      { kind: 'single_file', candidates: [['a.ckpt', 'unknown', 'invalid']], skipped: {} },
    ],
    [
      'a file cut short',
      async (root) => {
        await write.lora(join(root, 'a.safetensors'));
        await truncate(join(root, 'a.safetensors'), 90);
      },
      'a.safetensors',
      { kind: 'single_file', candidates: [['a.safetensors', 'unknown', 'invalid']], skipped: {} },
    ],
    [
      'a link to a file',
      async (root) => {
        await write.lora(join(root, 'a.safetensors'));
        await symlink('a.safetensors', join(root, 'link.safetensors'));
      },
      'link.safetensors',
      { kind: 'single_file', candidates: [['link.safetensors', 'lora', 'valid']], skipped: {} },
    ],
  ])('%s', async (_, make, chosen, expected) => {
    await using temporary = await temporaryFolder();
    await make(temporary.path);
    expect(await brief(join(temporary.path, chosen), temporary.path)).toEqual(expected);
  });
});

test('a folder of many models offers each, and names what it passed over', async () => {
  await using temporary = await temporaryFolder();
  const root = temporary.path;
  await copyTinyBundle(join(root, 'bundle'));
  await write.vae(join(root, 'bundle/extra.safetensors'));
  await write.lora(join(root, 'deep/er/style.safetensors'));
  await write.pickle(join(root, 'loras/old.pt'));
  await write.vae(join(root, 'half.safetensors'));
  await truncate(join(root, 'half.safetensors'), 60);
  await write.lora(join(root, 'loading.safetensors'));
  await write.text(join(root, 'loading.safetensors.aria2'));
  await write.text(join(root, 'next.gguf.crdownload'));
  await write.text(join(root, 'readme.md'));
  await write.text(join(root, 'data.bin'), 'not weights at all');
  await write.text(join(root, 'optimizer.pt'));
  await write.text(join(root, 'llm/model-00001-of-00002.safetensors'));
  await write.lora(join(root, '.cache/hidden.safetensors'));
  execFileSync('mkfifo', [join(root, 'fifo.safetensors')]);
  await symlink('.', join(root, 'loop'));
  await symlink('self.safetensors', join(root, 'self.safetensors'));
  await symlink('gone', join(root, 'gone.safetensors'));
  await symlink('deep/er/style.safetensors', join(root, 'same.safetensors'));
  await write.lora(join(root, 'new\nline 😀 \u202e.safetensors'));
  expect(await brief(root)).toEqual({
    kind: 'model_collection',
    candidates: [
      ['bundle', 'diffusion', 'valid'],
      ['deep/er/style.safetensors', 'lora', 'valid'],
      ['loras/old.pt', 'lora', 'invalid'],
      ['new\nline 😀 \u202e.safetensors', 'lora', 'valid'],
    ],
    skipped: {
      'bundle/extra.safetensors': expect.stringMatching(/diffusers folder/),
      'data.bin': expect.stringMatching(/begins as no file of weights/),
      'fifo.safetensors': 'It is neither a file nor a folder.',
      'gone.safetensors': 'It is a link to something that is not there.',
      'half.safetensors': expect.stringMatching(/^It is not complete/),
      'llm/model-00001-of-00002.safetensors': expect.stringMatching(/one piece/),
      'loading.safetensors': 'It is still being downloaded: .aria2 of it lies beside it.',
      'loading.safetensors.aria2': 'It is a download that has not finished.',
      'next.gguf.crdownload': 'It is a download that has not finished.',
      'optimizer.pt': 'It is the state of a training run, not a model.',
      'same.safetensors': `It is the same as "${join(root, 'deep/er/style.safetensors')}".`,
      'self.safetensors': 'It is a link that leads to itself.',
      loop: `It is the same as "${root}".`,
    },
  });
});

test.skipIf(process.getuid?.() === 0)('a folder that may not be read is passed over, with the reason', async () => {
  await using temporary = await temporaryFolder();
  await write.lora(join(temporary.path, 'a.safetensors'));
  await mkdir(join(temporary.path, 'locked'), { mode: 0 });
  const { skipped } = await brief(temporary.path);
  await chmod(join(temporary.path, 'locked'), 0o700);
  expect(skipped).toEqual({ locked: 'The folder may not be read by this user.' });
});

describe('a Hugging Face cache', () => {
  async function makeCache(hub: string): Promise<void> {
    const bundle = join(hub, 'models--org--bundle');
    await copyTinyBundle(join(bundle, 'snapshots/aaa'));
    await write.text(join(bundle, 'refs/main'), 'aaa\n');
    await write.text(join(bundle, 'refs/pr/1'), 'zzz');
    await write.text(join(bundle, 'blobs/0f.incomplete'));
    const lora = join(hub, 'models--org--lora');
    await write.lora(join(lora, 'blobs/ff'));
    for (const revision of ['bbb', 'ccc']) {
      await mkdir(join(lora, 'snapshots', revision), { recursive: true });
      await symlink('../../blobs/ff', join(lora, 'snapshots', revision, 'lora.safetensors'));
    }
    await write.text(join(lora, 'refs/main'), 'ccc');
    await symlink('../../blobs/gone', join(lora, 'snapshots/ccc/more.safetensors'));
    await mkdir(join(hub, 'datasets--a--b/snapshots/x'), { recursive: true });
  }

  test.each(['.', 'hub'])(
    'is known from %s, and each snapshot is offered with its repository and revision',
    async (chosen) => {
      await using temporary = await temporaryFolder();
      await makeCache(join(temporary.path, 'hub'));
      const classification = await classifyPath(join(temporary.path, chosen), empty);
      const at = (path: string) => path.slice(join(temporary.path, 'hub/').length);
      expect(classification.kind).toBe('huggingface_cache');
      expect(classification.reasons).toEqual([
        'It is a Hugging Face cache of 2 model repositories.',
        'Its snapshots hold 2 models.',
      ]);
      expect(
        classification.candidates.map(({ path, name, repo_id, revision, reasons }) => [
          at(path),
          name,
          repo_id,
          revision,
          reasons.at(-1),
        ]),
      ).toEqual([
        [
          'models--org--bundle/snapshots/aaa',
          'bundle',
          'org/bundle',
          'aaa',
          'It is what main was when it was downloaded.',
        ],
        [
          'models--org--lora/snapshots/ccc/lora.safetensors',
          'lora',
          'org/lora',
          'ccc',
          'It is what main was when it was downloaded.',
        ],
      ]);
      expect(classification.skipped.map(({ path, reason }) => [at(path), reason])).toEqual([
        ['models--org--bundle/blobs/0f.incomplete', 'It is a download that has not finished.'],
        [
          'models--org--lora/snapshots/bbb/lora.safetensors',
          `It is the same as "${join(temporary.path, 'hub/models--org--lora/snapshots/ccc/lora.safetensors')}".`,
        ],
        ['models--org--lora/snapshots/ccc/more.safetensors', 'It is a link to something that is not there.'],
      ]);
    },
  );

  test('one repository of it is a cache too, and one snapshot is the folder that it is', async () => {
    await using temporary = await temporaryFolder();
    await makeCache(temporary.path);
    const repository = join(temporary.path, 'models--org--bundle');
    expect((await classifyPath(repository, empty)).kind).toBe('huggingface_cache');
    const snapshot = await classifyPath(join(repository, 'snapshots/aaa'), empty);
    expect(snapshot.kind).toBe('diffusers_directory');
    expect(snapshot.candidates[0]).toMatchObject({ repo_id: 'org/bundle', revision: 'aaa', name: 'bundle' });
  });
});

describe("another app's models folder", () => {
  test.each(['.', 'models'])('of ComfyUI is known from %s', async (chosen) => {
    await using temporary = await temporaryFolder();
    const models = join(temporary.path, 'models');
    await write.lora(join(models, 'loras/a.safetensors'));
    await write.vae(join(models, 'vae/v.safetensors'));
    // The header is believed, not the folder.
    await write.lora(join(models, 'checkpoints/sub/wrong.safetensors'));
    await write.pickle(join(models, 'upscale_models/4x.pth'));
    await copyTinyBundle(join(models, 'diffusers/mine'));
    await write.text(join(models, 'configs/v1.yaml'));
    await write.lora(join(temporary.path, 'venv/not-a-model.safetensors'));
    expect(await brief(join(temporary.path, chosen), models)).toEqual({
      kind: 'comfyui_models',
      candidates: [
        ['checkpoints/sub/wrong.safetensors', 'lora', 'valid'],
        ['diffusers/mine', 'diffusion', 'valid'],
        ['loras/a.safetensors', 'lora', 'valid'],
        ['upscale_models/4x.pth', 'upscaler', 'invalid'],
        ['vae/v.safetensors', 'vae', 'valid'],
      ],
      skipped: {},
    });
  });

  test.each(['.', 'models'])(
    'of stable-diffusion-webui is known from %s, with the embeddings beside it',
    async (chosen) => {
      await using temporary = await temporaryFolder();
      await write.pickle(join(temporary.path, 'models/Stable-diffusion/a.ckpt'));
      await write.lora(join(temporary.path, 'models/Lora/l.safetensors'));
      await write.embedding(join(temporary.path, 'embeddings/bad-hands.safetensors'));
      expect(await brief(join(temporary.path, chosen), temporary.path)).toEqual({
        kind: 'webui_models',
        candidates: [
          ['embeddings/bad-hands.safetensors', 'embedding', 'valid'],
          ['models/Lora/l.safetensors', 'lora', 'valid'],
          ['models/Stable-diffusion/a.ckpt', 'checkpoint', 'invalid'],
        ],
        skipped: {},
      });
    },
  );

  test('is still known when it is empty', async () => {
    await using temporary = await temporaryFolder();
    for (const name of ['checkpoints', 'loras']) await mkdir(join(temporary.path, name));
    expect(await brief(temporary.path)).toEqual({ kind: 'comfyui_models', candidates: [], skipped: {} });
  });
});

test('limits hold, and say so', async () => {
  await using temporary = await temporaryFolder();
  const root = temporary.path;
  for (const name of ['a', 'b', 'c/d/e']) await write.text(join(root, `${name}.safetensors`));
  const survey = async (limits: { depth: number; entries: number; models: number }) => {
    const made = new Survey(limits);
    await made.walk(root);
    return [made.models.length, made.skipped(root).map(({ reason }) => reason)];
  };
  expect(await survey({ depth: 9, entries: 99, models: 9 })).toEqual([3, []]);
  expect(await survey({ depth: 1, entries: 99, models: 9 })).toEqual([
    2,
    [expect.stringMatching(/more than 1 folders down/)],
  ]);
  expect(await survey({ depth: 9, entries: 99, models: 1 })).toEqual([
    1,
    [expect.stringMatching(/^More than 1 models/)],
  ]);
  expect(await survey({ depth: 9, entries: 2, models: 9 })).toEqual([
    expect.any(Number),
    [expect.stringMatching(/^More than 2 files/)],
  ]);
});

test('a path that is not there, or no path, is refused', async () => {
  await expect(classifyPath('/nowhere/at/all', empty)).rejects.toMatchObject({ failure: { code: 'path_not_found' } });
  await expect(classifyPath('relative', empty)).rejects.toMatchObject({ failure: { code: 'invalid_input' } });
});

test('while a folder of two thousand files is looked at, others have their turns', async () => {
  await using temporary = await temporaryFolder();
  for (let index = 0; index < 2000; index += 1) await write.lora(join(temporary.path, `${index}.safetensors`));
  let turns = 0;
  let isDone = false;
  const take = () => {
    turns += 1;
    if (!isDone) setImmediate(take);
  };
  setImmediate(take);
  const { candidates } = await classifyPath(temporary.path, empty);
  isDone = true;
  expect(candidates).toHaveLength(2000);
  // Four are read at once, and each gives a turn away.
  expect(turns).toBeGreaterThan(400);
}, 60_000);
