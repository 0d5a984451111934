import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Chromium's package brings a GPU in software; Vulkan's loader is a package of its own. */
const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
const canRun = existsSync(driver) && globSync('/usr/lib/*/libvulkan.so.1').length > 0;
const child = fileURLToPath(new URL('fixtures/webgpu-child.ts', import.meta.url));

/** Shapes are computed on the CPU wherever the rest runs: a few whole numbers. */
const shapeOperators = ['Cast', 'Concat', 'Gather', 'Reshape', 'Shape', 'Slice', 'Squeeze', 'Unsqueeze'];

test.runIf(canRun)(
  'on WebGPU the networks give the reference’s numbers, and nothing but shapes falls back to the CPU',
  async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [child, 'sd15-tiny'], {
      env: { ...process.env, VK_DRIVER_FILES: driver },
      maxBuffer: 2 ** 28,
    });
    const strays: unknown = JSON.parse(stdout);
    const small = expect.toSatisfy((stray: number) => stray < 1e-3);
    expect(strays).toEqual({ text: small, unet: small, decoder: small, encoder: small });

    const placed = new Map<string, Set<string>>();
    let provider = '';
    for (const line of stderr.split('\n')) {
      const heading = /Node\(s\) placed on \[(\w+)\]/.exec(line)?.[1];
      const operator = /VerifyEachNodeIsAssignedToAnEp\]\s+(\w+) \(/.exec(line)?.[1];
      if (heading !== undefined) provider = heading;
      else if (operator !== undefined) placed.set(provider, (placed.get(provider) ?? new Set()).add(operator));
    }
    expect([...(placed.get('WebGpuExecutionProvider') ?? [])]).toEqual(expect.arrayContaining(['Conv', 'Softmax']));
    const onCpu = [...(placed.get('CPUExecutionProvider') ?? [])];
    expect(onCpu.filter((operator) => !shapeOperators.includes(operator))).toEqual([]);
  },
  180_000,
);
