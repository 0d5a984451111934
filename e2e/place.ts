import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');
const tinyBundles = join(root, 'core', 'diffusion', 'reference', 'bundles');

/** Folders of one test's own. */
export interface Place {
  readonly path: string;
  readonly libraryPath: string;
  readonly dataPath: string;
  readonly env: Readonly<Record<string, string>>;
}

export function makePlace(path = mkdtempSync(join(tmpdir(), 'vitrine-journey-'))): Place & Disposable {
  const libraryPath = join(path, 'library');
  const dataPath = join(path, 'data');
  return {
    path,
    libraryPath,
    dataPath,
    env: { ...definedEnv(), VITRINE_LIBRARY: libraryPath, VITRINE_DATA: dataPath },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

/** A copy of a small bundle, as somebody may have it on a drive. */
export function copyBundle(place: Place, name: string, bundle = 'sd15-tiny'): string {
  const folder = join(place.path, 'drive', name);
  cpSync(join(tinyBundles, bundle), folder, { recursive: true, preserveTimestamps: true });
  return folder;
}

/** Every file below a folder with its bytes' hash, size and modification time: equal before and after means untouched. */
export function fingerprintOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const stats = statSync(join(folder, name), { bigint: true });
      const hash = stats.isFile()
        ? createHash('sha256')
            .update(readFileSync(join(folder, name)))
            .digest('hex')
        : 'folder';
      return `${name} ${hash} ${stats.size} ${stats.mtimeNs}`;
    });
}

function definedEnv(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** A LoRA of a few kilobytes, as a person may have hundreds of: `mark` makes it another than the next. */
export function writeLora(path: string, mark: string): string {
  const sizeBytes = 4096;
  const header = JSON.stringify({
    __metadata__: { mark, ss_network_module: 'networks.lora' },
    'lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight': {
      dtype: 'F16',
      shape: [4, sizeBytes / 8],
      data_offsets: [0, sizeBytes],
    },
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  writeFileSync(path, Buffer.concat([length, Buffer.from(header), Buffer.alloc(sizeBytes)]));
  return path;
}

/** A folder as an installed ComfyUI has it, with a model of its own. */
export function installComfyUi(place: Place): string {
  const folder = join(place.path, 'ComfyUI');
  for (const below of ['comfy', 'models/checkpoints', 'models/diffusers'])
    mkdirSync(join(folder, below), { recursive: true });
  for (const file of ['main.py', 'folder_paths.py', 'models/checkpoints/dreamy.safetensors'])
    writeFileSync(join(folder, file), file);
  return folder;
}
