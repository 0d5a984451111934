import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';

/** Where graphics drivers leave traces that change with them. */
const traces: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['/proc/driver/nvidia/version', '/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/sys/class/drm', '/dev/dri'],
  win32: ['nvcuda.dll', 'amdvlk64.dll', 'igvk64.dll', 'vulkan-1.dll', 'DirectML.dll'].map((name) =>
    join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', name),
  ),
};
const driverVariables = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'CUDA_VISIBLE_DEVICES'] as const;

/**
 * A name for everything that decides what providers do here, as far as it can be known without asking them: runtime, system, graphics
 * drivers and the variables that choose among these. Another one means: try anew.
 */
export async function machineKey(runtimeVersion: string): Promise<string> {
  const facts = [
    runtimeVersion,
    process.platform,
    process.arch,
    release(),
    ...driverVariables.map((name) => process.env[name] ?? ''),
    ...(await Promise.all((traces[process.platform] ?? []).map(traceOf))),
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/** A folder by its names, a small file by its text, another by size and time. */
async function traceOf(path: string): Promise<string> {
  try {
    const facts = await stat(path);
    if (facts.isDirectory()) return (await readdir(path)).sort().join();
    return path.startsWith('/proc/') ? await readFile(path, 'utf8') : `${facts.size} ${facts.mtimeMs}`;
  } catch {
    return '';
  }
}
