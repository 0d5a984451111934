import { expect, test } from 'vitest';
import { chooseProvider, probeProviders } from './choose-provider.ts';
import type { Provider, Verdict } from './verdict.ts';
import type { Verdicts } from './verdicts.ts';

const works: Verdict = {
  usable: true,
  attention: 'plain',
  precision: 'float32',
  isFaster: true,
  speed: 2,
  reason: null,
};
const refused: Verdict = { ...works, usable: false, isFaster: false, speed: 0, reason: 'It is not there.' };

function known(verdicts: Partial<Record<Provider, Verdict>>): Verdicts & { forgotten: number } {
  const all = {
    forgotten: 0,
    of: async (provider: Provider) => verdicts[provider] ?? refused,
    forget: async () => {
      all.forgotten++;
    },
  };
  return all;
}

test('cpu is always usable, with fused attention in float32', async () => {
  expect(await chooseProvider('cpu', known({}))).toEqual({
    provider: 'cpu',
    attention: 'fused',
    precision: 'float32',
    reports: [{ name: 'cpu', usable: true, reason: null }],
    note: null,
  });
});

test.each(['cuda', 'dml', 'coreml', 'webgpu'] as const)(
  '%s, where it does not work, is refused by its name with the reason',
  async (name) => {
    await expect(chooseProvider(name, known({}))).rejects.toMatchObject({
      failure: {
        code: 'provider_unavailable',
        message: expect.stringContaining(`"${name}"`),
        details: { reason: 'It is not there.' },
      },
    });
  },
);

test.each<[string, Partial<Record<Provider, Verdict>>, Provider]>([
  ['the only one that works', { webgpu: works }, 'webgpu'],
  ['the fastest of those that work', { dml: works, webgpu: { ...works, speed: 9 } }, 'webgpu'],
  [
    'the CPU, where the other is slower',
    { webgpu: { ...works, isFaster: false, reason: 'Slower than the CPU.' } },
    'cpu',
  ],
  ['the CPU, where nothing else works', {}, 'cpu'],
])('auto takes %s', async (_, verdicts, provider) => {
  const choice = await chooseProvider('auto', known(verdicts));
  expect(choice.provider).toBe(provider);
  expect(choice.reports.map(({ name }) => name)).toEqual(expect.arrayContaining(['cuda', 'dml', 'coreml', 'webgpu']));
});

test('auto on the CPU says why it is not elsewhere', async () => {
  const slow = { ...works, isFaster: false, reason: 'Slower than the CPU.' };
  const { note } = await chooseProvider('auto', known({ webgpu: slow }));
  expect(note).toBe(
    'cuda: It is not there. dml: It is not there. coreml: It is not there. webgpu: Slower than the CPU.',
  );
});

test('a provider that was asked for runs even where it is slower, and says so', async () => {
  const slow = { ...works, isFaster: false, reason: 'Slower than the CPU.' };
  expect(await chooseProvider('webgpu', known({ webgpu: slow }))).toMatchObject({
    provider: 'webgpu',
    note: 'Slower than the CPU.',
  });
});

test('every provider is reported once, an unusable one with its reason; fresh forgets first', async () => {
  const verdicts = known({ webgpu: works });
  const { runtime_version, providers } = await probeProviders(false, verdicts);
  expect(runtime_version).toMatch(/^\d+\.\d+\.\d+/);
  expect(providers).toEqual([
    { name: 'cpu', usable: true, reason: null },
    ...['cuda', 'dml', 'coreml'].map((name) => ({ name, usable: false, reason: 'It is not there.' })),
    { name: 'webgpu', usable: true, reason: null },
  ]);
  expect(verdicts.forgotten).toBe(0);
  await probeProviders(true, verdicts);
  expect(verdicts.forgotten).toBe(1);
});
