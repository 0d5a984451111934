import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../formats/fixtures/tiny-bundle.ts';
import { parseMetadata, readMetadataFile, writeMetadataFile } from './metadata-file.ts';

const whole = {
  schema_version: 1,
  model_id: 'diffusion/sd/a',
  name: 'A',
  model_type: 'diffusion',
  family: 'sd',
  task_type_primary: 'text-to-image',
  storage_kind: 'external_reference',
  bundle_format: 'diffusers_directory',
  pipeline_class: null,
  source_path: '/a',
  entry_path: '/a',
  import_state: 'ready',
  validation_state: 'degraded',
  validation_errors: [{ code: 'volume_offline', severity: 'warning', message: 'm', seen_by: 'mira' }],
  accepted_findings: [{ code: 'missing_optional_component', why: 'not needed' }],
  recommended_backend: null,
  runtime_engine_hints: [],
  size_bytes: 1,
  file_count: 1,
  precision: 'fp16',
  parameter_count: 1,
  hashes: { fingerprint: 'f', blake3: 'b' },
  tags: [],
  favourite: true,
  notes: 'n',
  preview: null,
  generation_defaults: { width: 128, clip_skip: 2 },
  added_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  match_source: 'manual',
  from_another_version: { deep: [1, { __proto: 2 }] },
};

test('keys that nobody here knows survive a rewrite, at every level', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a/metadata.json');
  const read = parseMetadata(JSON.stringify(whole));
  if (read.kind !== 'read') throw new Error(JSON.stringify(read));
  await writeMetadataFile(path, read.metadata);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(whole);
  expect(await readMetadataFile(path)).toEqual(read);
  expect(await readdir(join(folder.path, 'a'))).toEqual(['metadata.json']);
});

test('a finding of a newer version is no reason to call the file corrupt', () => {
  const read = parseMetadata(JSON.stringify({ ...whole, validation_errors: [{ code: 'from_the_future' }] }));
  expect(read).toMatchObject({ kind: 'read', metadata: { validation_errors: [] } });
});

test.each<[string, string, RegExp]>([
  ['empty', '', /is empty/],
  ['cut off', JSON.stringify(whole).slice(0, 200), /is not JSON/],
  ['a list', '[]', /wrong field: the whole/],
  ['without a name', JSON.stringify({ ...whole, name: undefined }), /wrong field: name/],
  ['with an id that leads out', JSON.stringify({ ...whole, model_id: '../../../x' }), /wrong field: model_id/],
])('a file that is %s is corrupt and says why', (_, text, reason) => {
  expect(parseMetadata(text)).toEqual({ kind: 'corrupt', reason: expect.stringMatching(reason) });
});

test('what is no file, and what is too large, is corrupt; what is not there is missing', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'folder'));
  await writeFile(join(folder.path, 'huge'), '');
  await truncate(join(folder.path, 'huge'), 2 ** 33);
  const kinds = async (name: string) => (await readMetadataFile(join(folder.path, name))).kind;
  expect([await kinds('folder'), await kinds('huge'), await kinds('nothing'), await kinds('huge/below')]).toEqual([
    'corrupt',
    'corrupt',
    'missing',
    'missing',
  ]);
});

test('a folder that can not be made is a failure in one sentence', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'file'), '');
  const read = parseMetadata(JSON.stringify(whole));
  if (read.kind !== 'read') throw new Error('the record is whole');
  await expect(writeMetadataFile(join(folder.path, 'file/metadata.json'), read.metadata)).rejects.toMatchObject({
    failure: { code: 'write_failed' },
  });
});
