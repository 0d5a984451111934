// Runs before anything is installed, on whatever Node the machine has: plain JavaScript, nothing but Node's own modules.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lockFile = join(root, 'package-lock.json');
const stampFile = join(root, 'node_modules', '.cache', 'vitrine', 'package-lock.sha256');
const oldestNode = 20;

if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  console.error(`Vitrine needs Node ${oldestNode} or newer to set itself up; this is Node ${process.versions.node}.`);
  process.exit(1);
}
if (!isInstalled()) install();

/** Whether node_modules is what the lockfile says: we installed it from this very file, or npm did after the file was last changed. */
function isInstalled() {
  const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (modifiedMs(node) === 0) return false;
  if (readText(stampFile) === lockHash()) return true;
  return modifiedMs(join(root, 'node_modules', '.package-lock.json')) >= modifiedMs(lockFile);
}

function install() {
  console.error('Installing what package-lock.json lists (once, about a minute) …');
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    // Windows finds npm.cmd by its shell only.
    shell: process.platform === 'win32',
    // Its install script fetches CUDA libraries; the CPU and WebGPU ones are in the package.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  if (status !== 0) {
    console.error(`npm ci did not go through${error ? ` (${error.message})` : ''}. Its messages above say why.`);
    process.exit(status || 1);
  }
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, lockHash());
}

function lockHash() {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex');
}

function modifiedMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
