import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { commandsOfMapping } from '../commands/mapping-commands.ts';
import { openLibrary } from '../library/open-library.ts';
import { Mappings } from '../mapping/mappings.ts';
import { findProgramFiles } from '../program-files.ts';
import { makeOwnedLibrary } from './owned-library-fixture.ts';

const [, , count = '10000', roundCount = '3'] = process.argv;
const rounds = Number(roundCount);

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
  drawPreview: async (bytes) => bytes,
  watches: false,
  reconcilesAtStart: false,
});
// The index of a new library is filled behind its opening.
while (library.count() < Number(count)) await delay(50);
const mappings = openMappings();
const commands = commandsOfMapping(mappings);

/** One link: what it leads to, and where it stands below the app's folder. */
interface WantedLink {
  readonly source: string;
  readonly path: string;
}

const blocks = { preview: 0, again: 0, reopened: 0, apply: 0, undo: 0, check: 0 };
const times: Record<keyof typeof blocks | 'plan' | 'bare' | 'bareSync', number[]> = {
  preview: [],
  again: [],
  reopened: [],
  plan: [],
  apply: [],
  bare: [],
  bareSync: [],
  undo: [],
  check: [],
};
/** Processor time, of all threads. */
const work = { apply: [] as number[], bare: [] as number[] };
const ratios: number[] = [];
const roots: string[] = [];
let made = 0;
// Nothing is taken away before all is made: ext4 does not use the number of a file again that went a moment ago, and looks for another one by one.
for (let round = 0; round < rounds; round += 1) {
  const root = layOut(`ComfyUI-${round}`);
  roots.push(root);
  const plan = await timed('preview', () => preview(commands, root));
  const wanted = mappings
    .plan(plan.plan_id)
    .actions.flatMap(({ action, source, target }) =>
      action === 'create' && target !== null ? [{ source, path: relative(root, target) }] : [],
    );
  made = wanted.length;
  const apply = () =>
    timed('apply', async () => {
      const began = performance.now();
      const task = await mappings.apply(plan.plan_id);
      times.plan.push(performance.now() - began);
      await ended(task);
    });
  // Whoever is first writes into a drive that has less to write back.
  const acts = [() => worked('apply', apply), () => worked('bare', () => bareLoop(wanted, layOut(`bare-${round}`)))];
  for (const act of round % 2 === 0 ? acts : acts.reverse()) await act();
  bareSyncLoop(wanted, layOut(`sync-${round}`));
  ratios.push((times.apply.at(-1) ?? Number.NaN) / (times.bare.at(-1) ?? Number.NaN));
  const after = await timed('again', () => preview(commands, root));
  if (after.summary.keep !== made) throw new Error(`${after.summary.keep} of ${made} links stand`);
}
for (const root of roots) {
  const fresh = openMappings();
  const anew = commandsOfMapping(fresh);
  // As a window does, which shows the applies beside the plan.
  await anew['mappings.ledger']({});
  await timed('reopened', () => preview(anew, root));
  await fresh.close();
}
const { checked } = await timed('check', () => mappings.check());
for (const root of roots) await timed('undo', async () => ended(await mappings.undo({ app: 'comfyui', root })));
const medians = Object.fromEntries(Object.entries(times).map(([what, each]) => [what, median(each)]));
const workRatio = median(work.apply) / median(work.bare);
const firstPreview = times.preview[0] ?? Number.NaN;
process.stdout.write(`${JSON.stringify({ made, checked, firstPreview, ratios, workRatio, blocks, ...medians })}\n`);
await mappings.close();
await library.close();
rmSync(path, { recursive: true, force: true });

function openMappings(): Mappings {
  return new Mappings({
    shippedRulesPath: findProgramFiles(join(import.meta.dirname, '..')).mappingRules,
    mappingsPath: join(path, 'data'),
    libraryPath: rootPath,
    models: () => library.files(),
    emit: () => {},
    now: () => new Date(),
    log: () => {},
  });
}

function preview(of: ReturnType<typeof commandsOfMapping>, root: string) {
  return of['mappings.preview']({ app: 'comfyui', root, repair_only: false, other_names: [], limit: 200 });
}

/** An app's folder, of whose model folders some are there already. */
function layOut(name: string): string {
  const root = join(path, name);
  for (const folder of ['comfy', 'custom_nodes', 'models/checkpoints', 'models/loras', 'models/vae'])
    mkdirSync(join(root, folder), { recursive: true });
  return root;
}

async function ended({ task_id }: { readonly task_id: string }): Promise<void> {
  const task = await mappings.tasks.wait(task_id, 600_000);
  if (task.state !== 'done' || task.failure !== undefined || task.mapping?.failed !== 0)
    throw new Error(`A task went wrong: ${JSON.stringify(task)}`);
}

/** The same links in the same folders, one after the other, nothing else: what the file system takes. */
async function bareLoop(wanted: readonly WantedLink[], root: string): Promise<void> {
  const started = performance.now();
  for (const folder of foldersOf(wanted, root)) mkdirSync(folder, { recursive: true });
  for (const { source, path: at } of wanted) await symlink(source, join(root, at));
  times.bare.push(performance.now() - started);
}

/** The same without letting go of the thread: the least that it can take, and more than a window may be made to wait. */
function bareSyncLoop(wanted: readonly WantedLink[], root: string): void {
  const started = performance.now();
  for (const folder of foldersOf(wanted, root)) mkdirSync(folder, { recursive: true });
  for (const { source, path: at } of wanted) symlinkSync(source, join(root, at));
  times.bareSync.push(performance.now() - started);
}

function foldersOf(wanted: readonly WantedLink[], root: string): ReadonlySet<string> {
  return new Set(wanted.map(({ path: at }) => join(root, dirname(at))));
}

async function worked(what: keyof typeof work, act: () => Promise<void>): Promise<void> {
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  work[what].push((user + system) / 1000);
}

/** How long an act takes, and the longest time for which it held the thread. */
async function timed<Result>(what: keyof typeof blocks, act: () => Promise<Result>): Promise<Result> {
  // One of its own: a monitor that is enabled again counts the time that it was off as a block.
  const monitor = monitorEventLoopDelay({ resolution: 1 });
  monitor.enable();
  // Its first sample.
  await delay(5);
  const started = performance.now();
  const result = await act();
  times[what].push(performance.now() - started);
  await delay(5);
  monitor.disable();
  blocks[what] = Math.max(blocks[what], monitor.max / 1e6);
  return result;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
