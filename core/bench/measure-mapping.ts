import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { commandsOfMapping } from '../commands/mapping-commands.ts';
import { openLibrary } from '../library/open-library.ts';
import { Mappings } from '../mapping/mappings.ts';
import { findProgramFiles } from '../program-files.ts';
import { makeOwnedLibrary } from './owned-library-fixture.ts';

const rounds = 3;
const [, , count = '10000'] = process.argv;

const path = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
const rootPath = join(path, 'library');
makeOwnedLibrary(rootPath, Number(count));
const library = await openLibrary({
  rootPath,
  platform: `${process.platform}-${process.arch}`,
  runtimeVersion: '1',
  executionProviders: () => ['cpu'],
  emit: () => {},
  now: () => new Date(),
  log: () => {},
  watches: false,
  reconcilesAtStart: false,
});
// The index of a new library is filled behind its opening.
while (library.count() < Number(count)) await delay(50);
const mappings = new Mappings({
  shippedRulesPath: findProgramFiles(join(import.meta.dirname, '..')).mappingRules,
  mappingsPath: join(path, 'data'),
  libraryPath: rootPath,
  models: () => library.files(),
  emit: () => {},
  now: () => new Date(),
  log: () => {},
});
const commands = commandsOfMapping(mappings);
const root = join(path, 'ComfyUI');
for (const name of ['comfy', 'custom_nodes', 'models/checkpoints', 'models/loras', 'models/vae'])
  mkdirSync(join(root, name), { recursive: true });

let longestBlockMs = 0;
const previews: number[] = [];
const applies: number[] = [];
const undos: number[] = [];
const bares: number[] = [];
const bareSyncs: number[] = [];
let made = 0;
for (let round = 0; round < rounds; round += 1) {
  const ofPreview = monitorEventLoopDelay({ resolution: 1 });
  ofPreview.enable();
  const { plan, ms } = await timed(() =>
    commands['mappings.preview']({ app: 'comfyui', root, repair_only: false, limit: 200 }).then((plan) => ({ plan })),
  );
  ofPreview.disable();
  previews.push(ms);
  const { actions } = mappings.plan(plan.plan_id);
  const sources = actions.filter(({ action }) => action === 'create').map(({ source }) => source);
  made = sources.length;
  bares.push(await bareLoop(sources, `bare-${round}`));
  bareSyncs.push(bareSyncLoop(sources, `sync-${round}`));
  // One of its own: a monitor that is enabled again counts the time that it was off as a block.
  const ofApply = monitorEventLoopDelay({ resolution: 1 });
  ofApply.enable();
  applies.push((await timed(async () => ({ _: await ended(await mappings.apply(plan.plan_id)) }))).ms);
  const { preview } = {
    preview: await commands['mappings.preview']({ app: 'comfyui', root, repair_only: false, limit: 1 }),
  };
  if (preview.summary.keep !== made) throw new Error(`${preview.summary.keep} of ${made} links stand`);
  undos.push((await timed(async () => ({ _: await ended(await mappings.undo({ app: 'comfyui', root })) }))).ms);
  ofApply.disable();
  longestBlockMs = Math.max(longestBlockMs, ofPreview.max / 1e6, ofApply.max / 1e6);
}
const checked = await timed(async () => ({ _: await mappings.check() }));
process.stdout.write(
  `${JSON.stringify({
    made,
    firstPreview: previews[0],
    preview: median(previews),
    bare: median(bares),
    bareSync: median(bareSyncs),
    apply: median(applies),
    undo: median(undos),
    check: checked.ms,
    longestBlockMs,
  })}\n`,
);
await library.close();
rmSync(path, { recursive: true, force: true });

async function ended({ task_id }: { readonly task_id: string }): Promise<void> {
  const task = await mappings.tasks.wait(task_id, 600_000);
  if (task.state !== 'done' || task.failure !== undefined || task.mapping?.failed !== 0)
    throw new Error(`A task went wrong: ${JSON.stringify(task)}`);
}

/** The same links, one after the other, nothing else: what the file system takes. */
async function bareLoop(sources: readonly string[], name: string): Promise<number> {
  const folder = join(path, name);
  mkdirSync(folder);
  const started = performance.now();
  for (const [index, source] of sources.entries()) await symlink(source, join(folder, `${index}-${basename(source)}`));
  const ms = performance.now() - started;
  rmSync(folder, { recursive: true });
  return ms;
}

/** The same without letting go of the thread: the least that it can take, and more than a window may be made to wait. */
function bareSyncLoop(sources: readonly string[], name: string): number {
  const folder = join(path, name);
  mkdirSync(folder);
  const started = performance.now();
  for (const [index, source] of sources.entries()) symlinkSync(source, join(folder, `${index}-${basename(source)}`));
  const ms = performance.now() - started;
  rmSync(folder, { recursive: true });
  return ms;
}

async function timed<Result extends object>(act: () => Promise<Result>): Promise<Result & { readonly ms: number }> {
  const started = performance.now();
  const result = await act();
  return { ...result, ms: performance.now() - started };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
