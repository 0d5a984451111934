import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenApp, openApp } from './fixtures/open-app.ts';

const page = readFileSync(new URL('../../docs/http-api.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code);

let app: OpenApp;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app[Symbol.asyncDispose]());

async function run(command: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, VITRINE_URL: app.url };
  return (await promisify(execFile)(command, [...args], { env })).stdout;
}

const hasPython = await promisify(execFile)('python3', ['--version']).then(
  () => true,
  () => false,
);
const hasCurl = await promisify(execFile)('curl', ['--version']).then(
  () => true,
  () => false,
);

test('the JavaScript of docs/http-api.md runs as it stands', async () => {
  const [code = ''] = blocks('js');
  expect(await run(process.execPath, ['--input-type=module', '-e', code])).toMatch(
    /upscale 128x128 seed \d+: \d+ bytes/,
  );
});

test.runIf(hasPython)('the Python of docs/http-api.md runs as it stands', async () => {
  const [code = ''] = blocks('python');
  expect(await run('python3', ['-c', code])).toMatch(/^succeeded \['.*\.png'\]/);
});

test.runIf(hasCurl)('the curl examples of docs/http-api.md run as they stand', async () => {
  const examples = blocks('sh').filter((code) => code.includes('curl'));
  expect(examples).toHaveLength(3);
  const outputs: string[] = [];
  for (const code of examples) outputs.push(await run('sh', ['-ec', code]));
  expect(outputs[0]).toContain('event: artifact');
  expect(outputs[1]).toContain('{"images":["iVBOR');
  expect(outputs[2]).toContain('"state":"paused"');
});
