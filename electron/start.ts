import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isBuildStale } from '../core/build-state.ts';

const root = join(import.meta.dirname, '..');
const electronFolder = join(root, 'node_modules', 'electron');
const flags = process.argv.slice(2);
/** Of `vitrine serve`. A fixed one, because the browser keeps the view per address. */
const usualPort = 7860;
const probeTimeoutMs = 4_000;
const installTimeoutMs = 300_000;

if (isBuildStale(root)) {
  console.error('Building …');
  const { status } = spawnSync(process.execPath, [join(root, 'electron', 'build.ts')], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
// npm runs its scripts in the checkout; a relative path among the flags is relative to where the user is.
const workingPath = process.env.INIT_CWD || root;
const electron = await findElectron();
if ('executable' in electron)
  follow(spawn(electron.executable, [root, ...flags], { cwd: workingPath, stdio: 'inherit' }));
else await serve(electron.reason);

/** The Electron to open a window with, or why there can't be one here. */
async function findElectron(): Promise<{ readonly executable: string } | { readonly reason: string }> {
  if (process.platform === 'linux') {
    if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return { reason: 'no display is set' };
    // Chromium's sandbox refuses root, and we don't run without it.
    if (process.getuid?.() === 0 && !process.env.ELECTRON_OVERRIDE_DIST_PATH)
      return { reason: 'Electron does not run as root' };
  }
  const there = installedElectron();
  if (there) return { executable: there };
  if (!(await canReachDownloads()))
    return { reason: 'its binary is not installed and its download can not be reached' };
  console.error('Fetching Electron (once, about 120 MB) …');
  spawnSync(process.execPath, [join(electronFolder, 'install.js')], { stdio: 'inherit', timeout: installTimeoutMs });
  const fetched = installedElectron();
  return fetched ? { executable: fetched } : { reason: 'its binary could not be downloaded' };
}

/** As the electron package itself finds its binary; that package throws where there is none, so it isn't asked. */
function installedElectron(): string | null {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const pathFile = join(electronFolder, 'path.txt');
  if (!override && !existsSync(pathFile)) return null;
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : 'electron';
  const executable = join(override ?? join(electronFolder, 'dist'), name);
  return existsSync(executable) ? executable : null;
}

/** Asked first because a network that swallows packets would hold up the installer for minutes. */
async function canReachDownloads(): Promise<boolean> {
  const mirror =
    process.env.ELECTRON_MIRROR || process.env.npm_config_electron_mirror || 'https://github.com/electron/electron/';
  try {
    await fetch(mirror, { method: 'HEAD', signal: AbortSignal.timeout(probeTimeoutMs) });
    return true;
  } catch {
    return false;
  }
}

/** The same app in the browser: `vitrine serve` on loopback. */
async function serve(reason: string): Promise<void> {
  const port = flags.some((flag) => flag.startsWith('--port')) || (await isFree(usualPort)) ? [] : ['--port', '0'];
  const child = spawn(process.execPath, [join(root, 'core', 'cli.ts'), 'serve', ...port, ...flags], {
    cwd: workingPath,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Its first line is {"url": …}.
  createInterface({ input: child.stdout }).once('line', (line) => {
    console.log(`No Electron here: ${reason}. The same app is served to your browser instead.`);
    console.log(`Open ${addressIn(line)}`);
    console.log('Ctrl-C ends it.');
  });
  follow(child);
}

/** `serve` refuses a port that is taken; a first start should not depend on what else runs here. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

function addressIn(line: string): string {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && 'url' in value) return String(value.url);
  } catch {
    // Not the line it should be: shown as it is.
  }
  return line;
}

/** Ends with the child, and has it end with us. A Ctrl-C reaches both by itself; a signal to this process alone is passed on. */
function follow(child: ChildProcess): void {
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1);
  });
}
