import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { _electron } from 'playwright';
import { isBuildStale } from '../../core/build-state.ts';
import { type PackedFiles, packFaults } from './pack-content.ts';

// `npm run pack:check`: packages the app for Linux around a stand-in distribution (no download), looks at what went in, and starts the tree
// on the stand-in for Electron. What this can't show: archives read in place, installers, signatures.

const root = join(import.meta.dirname, '..', '..');
const output = join(root, 'release', 'check');
const resources = join(output, 'linux-unpacked', 'resources');
const generateTimeoutMs = 120_000;

if (process.platform !== 'linux') {
  console.log('The check of the package runs on Linux only.');
  process.exit(0);
}
if (isBuildStale(root)) run(process.execPath, ['electron/build.ts']);
rmSync(output, { recursive: true, force: true });
run(bin('electron-builder'), [
  '--dir',
  '--linux',
  '--publish=never',
  '-c.electronDist=e2e/fake-dist',
  `-c.directories.output=${output}`,
]);
// Playwright asks the electron package, in this process, what to start.
process.env.ELECTRON_OVERRIDE_DIST_PATH = join(root, 'e2e', 'electron-stand-in');
const packed = packedFiles();
const faults = packFaults(packed, `${process.platform}-${process.arch}`);
for (const fault of faults) console.error(`package: ${fault}`);
if (faults.length > 0) process.exit(1);
console.log(
  `package: ${packed.archived.length} files in the archive, ${packed.unpacked.length} beside it, ${megabytes(resources)} MB`,
);
await checkFuses();
const listed = runLauncher();
console.log(`package: its command line runs, ${listed}`);
const picture = await generateFromPackage();
console.log(`package: started, generated ${picture}`);

/** What Electron's binary may no longer be used for. */
async function checkFuses(): Promise<void> {
  const wire = await getCurrentFuseWire(join(output, 'linux-unpacked', 'vitrine'));
  const wanted: readonly [FuseV1Options, FuseState][] = [
    [FuseV1Options.RunAsNode, FuseState.DISABLE],
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable, FuseState.DISABLE],
    [FuseV1Options.EnableNodeCliInspectArguments, FuseState.DISABLE],
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation, FuseState.ENABLE],
    [FuseV1Options.OnlyLoadAppFromAsar, FuseState.ENABLE],
    [FuseV1Options.GrantFileProtocolExtraPrivileges, FuseState.DISABLE],
  ];
  for (const [fuse, state] of wanted)
    if (wire[fuse] !== state) throw new Error(`The fuse ${FuseV1Options[fuse]} is ${wire[fuse]}, not ${state}`);
}

/** The packaged command line, through a link as a package manager makes one, without a Node or a checkout to fall back to. */
function runLauncher(): string {
  const place = mkdtempSync(join(tmpdir(), 'vitrine-launcher-'));
  try {
    const link = join(place, 'vitrine');
    symlinkSync(join(resources, 'bin', 'vitrine'), link);
    const folders = ['--library', join(place, 'library'), '--data', join(place, 'data')];
    const listing: unknown = JSON.parse(run(link, ['list', '--json', ...folders], 'pipe', place));
    const { total } = listing as { readonly total: number };
    if (total !== 1) throw new Error(`The packaged command line lists ${total} models, not the starter model alone`);
    const file = join(place, 'sun.png');
    run(link, ['generate', '--prompt', 'a red sun', '--steps', '2', '--out', file, ...folders], 'pipe', place);
    return `lists ${total} model, makes a picture of ${statSync(file).size} bytes`;
  } finally {
    rmSync(place, { recursive: true, force: true, maxRetries: 3 });
  }
}

function packedFiles(): PackedFiles {
  const archived = run(bin('asar'), ['list', join(resources, 'app.asar')], 'pipe').split('\n');
  return {
    archived: archived.filter((line) => line !== '').map((line) => line.slice(1)),
    unpacked: filesBelow(join(resources, 'app.asar.unpacked')),
    resources: filesBelow(resources).filter((file) => !file.startsWith('app.asar')),
  };
}

/** Node can't read archives, so the archive is laid out as a folder of its name; everything beside it is the package's own. */
async function generateFromPackage(): Promise<string> {
  const place = mkdtempSync(join(tmpdir(), 'vitrine-package-'));
  try {
    const own = join(place, 'resources');
    mkdirSync(own);
    run(bin('asar'), ['extract', join(resources, 'app.asar'), join(own, 'app.asar')]);
    for (const name of readdirSync(resources))
      if (name !== 'app.asar') symlinkSync(join(resources, name), join(own, name));
    return await generate(place, own);
  } finally {
    rmSync(place, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function generate(place: string, own: string): Promise<string> {
  const env = {
    ...process.env,
    VITRINE_STAND_IN_RESOURCES: own,
    VITRINE_LIBRARY: join(place, 'library'),
    VITRINE_DATA: join(place, 'data'),
    VITRINE_RUNNER: 'onnx',
  };
  const app = await _electron.launch({ args: [join(own, 'app.asar')], env: definedOnly(env) });
  try {
    const page = await app.firstWindow();
    await page.waitForFunction(() => 'vitrine' in window);
    const job = await page.evaluate(async (timeout_ms) => {
      interface Answer {
        readonly ok: boolean;
        readonly failure?: { readonly message: string };
        readonly value: {
          readonly id: string;
          readonly failure: { readonly message: string } | null;
          readonly artifacts: readonly { readonly path: string }[];
        };
      }
      const { vitrine } = window as unknown as { vitrine: { call(name: string, input: object): Promise<Answer> } };
      const queued = await vitrine.call('jobs.generate', {
        request: { prompt: 'a red sun over blue mountains', steps: 2, seed: 1 },
      });
      if (!queued.ok) return { path: null, reason: queued.failure?.message };
      const { value } = await vitrine.call('jobs.wait', { job_id: queued.value.id, timeout_ms });
      return { path: value.artifacts[0]?.path ?? null, reason: value.failure?.message };
    }, generateTimeoutMs);
    if (!job.path || !existsSync(job.path))
      throw new Error(`The packaged app made no picture: ${job.reason ?? 'no file'}`);
    const natives = await app.evaluate(() => {
      const { sharedObjects } = process.report.getReport() as { readonly sharedObjects: readonly string[] };
      return sharedObjects.filter((path) => /sharp|vips|onnxruntime/.test(path));
    });
    if (natives.length > 0) throw new Error(`The packaged app's main process loaded ${natives.join(', ')}`);
    return `${statSync(job.path).size} bytes`;
  } finally {
    await app.close();
  }
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function megabytes(folder: string): number {
  const bytes = filesBelow(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  return Math.round(bytes / 1e6);
}

function bin(name: string): string {
  return join(root, 'node_modules', '.bin', name);
}

function run(command: string, args: readonly string[], output: 'inherit' | 'pipe' = 'inherit', cwd = root): string {
  const { status, stdout, error } = spawnSync(command, args, {
    cwd,
    stdio: ['ignore', output, 'inherit'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`${command} ended with ${status}${error ? `: ${error.message}` : ''}`);
  return stdout ?? '';
}
