import { type StdioOptions, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

// `npm test`: every check, the build, the journeys. A step that fails doesn't hide what the later ones have to say; only the journeys
// need the build. The last line counts tests, and a failed step without tests as one failure.

interface Count {
  readonly passed: number;
  readonly failed: number;
}

interface Step {
  readonly name: string;
  /** The arguments of `npm run -s`. */
  readonly run: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Reads the tests of the step from its report. */
  readonly count?: () => Count;
}

const root = join(import.meta.dirname, '..');
const reports = join(root, 'node_modules', '.cache', 'vitrine');
const unitReport = join(reports, 'unit.json');
const journeysReport = join(reports, 'journeys.json');

const UnitReport = z.object({ numPassedTests: z.int(), numFailedTests: z.int(), numFailedTestSuites: z.int() });
const JourneysReport = z.object({
  stats: z.object({ expected: z.int(), unexpected: z.int(), flaky: z.int() }),
  errors: z.array(z.unknown()),
});

const checks: readonly Step[] = [
  { name: 'format', run: ['format:check'] },
  { name: 'lint', run: ['lint'] },
  { name: 'types', run: ['types'] },
  { name: 'dead code', run: ['dead'] },
  {
    name: 'unit tests',
    run: ['unit', '--', '--reporter=default', '--reporter=json', `--outputFile.json=${unitReport}`],
    count: () => {
      const { numPassedTests, numFailedTests, numFailedTestSuites } = UnitReport.parse(readReport(unitReport));
      // A file that can't be loaded has no tests that could fail.
      return { passed: numPassedTests, failed: numFailedTests || numFailedTestSuites };
    },
  },
];
const build: Step = { name: 'build', run: ['build'] };
const journeys: Step = {
  name: 'journeys',
  run: ['e2e', '--', '--reporter=list,json'],
  env: { PLAYWRIGHT_JSON_OUTPUT_FILE: journeysReport },
  count: () => {
    const { stats, errors } = JourneysReport.parse(readReport(journeysReport));
    return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length };
  },
};

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const counts = checks.map(carryOut);
const built = carryOut(build);
counts.push(built);
if (built.failed === 0) counts.push(carryOut(journeys));
else console.log('\n── journeys: not run, there is no build');
const total = counts.reduce((sum, { passed, failed }) => ({
  passed: sum.passed + passed,
  failed: sum.failed + failed,
}));
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

function carryOut({ name, run, env, count }: Step): Count {
  console.log(`\n── ${name}`);
  const startedMs = Date.now();
  // npm's own words go to the same place as its scripts'.
  const stdio: StdioOptions = ['ignore', 'inherit', 'inherit'];
  const { status } = spawnSync('npm', ['run', '-s', ...run], {
    cwd: root,
    stdio,
    shell: process.platform === 'win32',
    env: { ...process.env, ...env },
  });
  const { passed, failed } = count ? tryCount(count) : { passed: 0, failed: 0 };
  // A coverage below its gate, say: every test passed and the step failed.
  const counted = { passed, failed: status === 0 ? failed : Math.max(failed, 1) };
  console.log(
    `── ${name}: ${counted.failed === 0 ? 'ok' : 'failed'}, ${((Date.now() - startedMs) / 1000).toFixed(1)} s`,
  );
  return counted;
}

/** No report means that the step broke off: its exit status says so. */
function tryCount(count: () => Count): Count {
  try {
    return count();
  } catch {
    return { passed: 0, failed: 1 };
  }
}

function readReport(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
