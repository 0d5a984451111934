import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build, createServer, type InlineConfig, type Plugin } from 'vite';
import { z } from 'zod';
import { builtMark } from '../core/build-state.ts';

const root = join(import.meta.dirname, '..');
const { dependencies } = z
  .object({ dependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));

/** Whether an import is of one of `packages`, or of a part of it. */
function isPart(packages: readonly string[]): (id: string) => boolean {
  return (id) => packages.some((name) => id === name || id.startsWith(`${name}/`));
}

interface NodeProgram {
  /** Output name without extension → source. */
  readonly input: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly format: 'es' | 'cjs';
  readonly extension: 'js' | 'mjs' | 'cjs';
  /** Left to Node's own resolution at run time; everything else is bundled. */
  readonly isExternal: (id: string) => boolean;
  /** Put in front of each file. */
  readonly banner?: string;
}

const programs: readonly NodeProgram[] = [
  {
    input: { main: 'electron/main.ts' },
    folder: 'dist/electron',
    format: 'es',
    extension: 'js',
    isExternal: isPart(['electron', ...Object.keys(dependencies)]),
  },
  // What plain Node runs carries its libraries with it, natives aside: packaged, it lies outside the archive and can't reach those in it.
  {
    input: {
      vitrine: 'core/cli.ts',
      'library-worker': 'core/library/worker/entry.ts',
      'link-thread': 'core/mapping/thread/entry.ts',
      'prompt-counter': 'core/runner/prompt-counter/entry.ts',
    },
    folder: 'dist/node',
    format: 'es',
    extension: 'mjs',
    isExternal: isPart(['better-sqlite3']),
    // Bundled CommonJS libraries ask for theirs.
    banner: 'const __filename = import.meta.filename;\nconst __dirname = import.meta.dirname;\n',
  },
  {
    input: { entry: 'core/processing/imaging/process/entry.ts' },
    folder: 'dist/imaging',
    format: 'es',
    extension: 'mjs',
    isExternal: isPart(['sharp']),
  },
  {
    input: {
      entry: 'core/runner/entry.ts',
      'weight-thread': 'core/diffusion/weights/weight-thread.ts',
      'segment-thread': 'core/diffusion/unet/segment-thread.ts',
    },
    folder: 'dist/runner',
    format: 'es',
    extension: 'mjs',
    isExternal: isPart(['onnxruntime-node']),
  },
  {
    // A sandboxed preload can require "electron" and nothing else.
    input: { preload: 'electron/preload.ts' },
    folder: 'dist/electron',
    format: 'cjs',
    extension: 'cjs',
    isExternal: isPart(['electron']),
  },
];

/** A program that would load one of `packages` is not built. */
function keepOut(packages: readonly string[]): Plugin {
  return {
    name: 'keep-out',
    enforce: 'pre',
    resolveId(id, importer) {
      if (isPart(packages)(id)) throw new Error(`${importer} imports ${id}, which only the imaging process may load.`);
    },
  };
}

function nodeConfig(
  { input, folder, format, extension, isExternal, banner = '' }: NodeProgram,
  isWatched: boolean,
  plugins: Plugin[],
): InlineConfig {
  return {
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [...plugins, keepOut(folder === 'dist/imaging' ? [] : ['sharp'])],
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      sourcemap: true,
      watch: isWatched ? {} : null,
      rolldownOptions: {
        input: { ...input },
        external: (id) => isBuiltin(id) || isExternal(id),
        output: {
          format,
          banner,
          entryFileNames: `[name].${extension}`,
          chunkFileNames: `chunks/[name].${extension}`,
        },
      },
    },
    ssr: { noExternal: true },
  };
}

const rendererConfig: InlineConfig = {
  configFile: join(root, 'renderer', 'vite.config.ts'),
  logLevel: 'warn',
  // It is read from disk, not over a network.
  build: { chunkSizeWarningLimit: 2000 },
};

/** Builds main, what plain Node runs (command line, threads, runner), preload and window into dist/. */
async function buildAll(): Promise<void> {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  // One after the other: the machines this runs on have few cores and Rolldown uses all.
  for (const program of programs) await build(nodeConfig(program, false, []));
  await build(rendererConfig);
  writeFileSync(join(root, builtMark), '');
}

/** The window from Vite's server with hot reload; the rest watched, and Electron started again when it was rebuilt. */
async function develop(): Promise<void> {
  const server = await createServer(rendererConfig);
  await server.listen();
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('The development server has no local address.');
  let electron: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    // Required late: without its binary the package throws when it is loaded.
    const executable: unknown = createRequire(import.meta.url)('electron');
    electron = spawn(String(executable), ['.', ...process.argv.slice(2).filter((flag) => flag !== '--dev')], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, VITE_DEV_SERVER_URL: url },
    });
    electron.on('exit', (code) => process.exit(code ?? 0));
  };
  const restart = (): void => {
    // The old one lets go of the library first.
    if (electron) electron.removeAllListeners('exit').once('exit', start).kill();
    else start();
  };
  const built = new Set<NodeProgram>();
  const restartWhenBuilt = (program: NodeProgram): Plugin => ({
    name: 'restart-electron',
    closeBundle() {
      built.add(program);
      clearTimeout(timer);
      if (built.size === programs.length) timer = setTimeout(restart, 100);
    },
  });
  for (const program of programs) await build(nodeConfig(program, true, [restartWhenBuilt(program)]));
}

await (process.argv.includes('--dev') ? develop() : buildAll());
