import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['core/**/*.test.ts', 'electron/**/*.test.ts', 'renderer/**/*.test.ts'],
    // onnxruntime-node and better-sqlite3 are native: a process a file, not a thread.
    pool: 'forks',
    setupFiles: ['core/allow-compiled-code.ts'],
    testTimeout: 20_000,
    // Many open the whole app: a second of work, which took eight on a machine that was busy with others.
    hookTimeout: 20_000,
    // What is waited for comes within milliseconds, or a second late on such a machine.
    expect: { poll: { timeout: 10_000 } },
    coverage: {
      provider: 'v8',
      include: ['core/**/*.ts'],
      exclude: ['**/*.test.ts', 'core/bench/**', 'core/allow-compiled-code.ts'],
      reporter: ['text-summary', 'json-summary'],
      // The gate may only rise.
      thresholds: { lines: 90 },
    },
  },
});
