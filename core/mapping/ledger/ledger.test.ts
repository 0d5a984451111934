import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ModelId } from '../../contract/ids.ts';
import type { JournalItem } from './journal-line.ts';
import { Ledger } from './ledger.ts';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'vitrine-ledger-'));
});
afterEach(() => rm(path, { recursive: true, force: true }));

const open = () => Ledger.open(path, (message, facts) => expect.unreachable(`${message} ${JSON.stringify(facts)}`));
const idOf = (number: number) => `apply-${String(number).padStart(3, '0')}`;
const link: JournalItem = {
  line: 'link',
  i: 0,
  path: 'models/loras/a.safetensors',
  link: 'symlink',
  source: '/library/a.safetensors',
  model_id: ModelId.parse('lora/unknown/a'),
  size_bytes: 1,
  old: null,
};

type Ending = 'stands' | 'had nothing to do' | 'was taken back' | 'was cut short';

async function apply(ledger: Ledger, number: number, ending: Ending): Promise<void> {
  const head = {
    line: 'apply' as const,
    schema_version: 1 as const,
    apply_id: idOf(number),
    plan_id: 'plan',
    app: 'comfyui',
    label: 'ComfyUI',
    root: '/app',
    library: '/library',
    at: '2026-01-01T00:00:00.000Z',
  };
  await using writer = await ledger.begin(
    head,
    ending === 'had nothing to do' || ending === 'was cut short' ? [] : [link],
  );
  if (ending === 'was cut short') return;
  if (ending !== 'had nothing to do') writer.add({ line: 'done', i: 0, identity: '1.1' });
  writer.add({ line: 'end', state: 'done' });
  if (ending !== 'was taken back') return;
  writer.add({ line: 'undo', at: head.at }, { line: 'undone', i: 0, restored: null }, { line: 'undo_end' });
}

test('of applies that nothing stands of only the last fifty are remembered; what stands or was cut short is never forgotten', async () => {
  const ledger = await open();
  await apply(ledger, 0, 'stands');
  await apply(ledger, 1, 'was cut short');
  for (let number = 2; number < 56; number += 2) {
    await apply(ledger, number, 'had nothing to do');
    await apply(ledger, number + 1, 'was taken back');
  }
  const ids = (await open()).records.map(({ head }) => head.apply_id);
  expect(ids).toEqual([idOf(0), idOf(1), ...Array.from({ length: 50 }, (_, at) => idOf(at + 6))]);
  expect((await readdir(path)).sort()).toEqual(ids.map((id) => `${id}.jsonl`));
});
