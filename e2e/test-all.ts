import { type StdioOptions, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

// `npm test`: every check, the build, the journeys. A step that fails doesn't hide what the later ones have to say; only the journeys
// need the build. The last lines name what failed, which stands far above by then, and count tests, and a failed step without tests as
// one failure.

interface Outcome {
  readonly passed: number;
  /** What each failure is called, a test or a step that failed without one, with the first line of why. */
  readonly failures: readonly string[];
}

interface Step {
  readonly name: string;
  /** The arguments of `npm run -s`. */
  readonly run: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Reads what became of the step's tests from its report. */
  readonly read?: () => Outcome;
}

const root = join(import.meta.dirname, '..');
const reports = join(root, 'node_modules', '.cache', 'vitrine');
const unitReport = join(reports, 'unit.json');
const journeysReport = join(reports, 'journeys.json');

const UnitReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});
const Failure = z.object({ message: z.string().optional() });
const JourneysReport = z.object({
  suites: z.array(
    z.object({
      file: z.string(),
      specs: z.array(
        z.object({
          title: z.string(),
          tests: z.array(z.object({ status: z.string(), results: z.array(z.object({ error: Failure.optional() })) })),
        }),
      ),
    }),
  ),
  errors: z.array(Failure),
});

const checks: readonly Step[] = [
  { name: 'format', run: ['format:check'] },
  { name: 'lint', run: ['lint'] },
  { name: 'types', run: ['types'] },
  { name: 'dead code', run: ['dead'] },
  {
    name: 'unit tests',
    run: ['unit', '--', '--reporter=default', '--reporter=json', `--outputFile.json=${unitReport}`],
    read: readUnit,
  },
];
const build: Step = { name: 'build', run: ['build'] };
const journeys: Step = {
  name: 'journeys',
  run: ['e2e', '--', '--reporter=list,json'],
  env: { PLAYWRIGHT_JSON_OUTPUT_FILE: journeysReport },
  read: readJourneys,
};

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const outcomes = checks.map(carryOut);
const built = carryOut(build);
outcomes.push(built);
if (built.failures.length === 0) outcomes.push(carryOut(journeys));
else console.log('\n── journeys: not run, there is no build');
const { passed, failures } = together(outcomes);
console.log();
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

function carryOut({ name, run, env, read }: Step): Outcome {
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
  const outcome = read ? tryRead(name, read) : { passed: 0, failures: [] };
  // A coverage below its gate, say: every test passed and the step failed.
  const failures = status === 0 || outcome.failures.length > 0 ? outcome.failures : [name];
  console.log(
    `── ${name}: ${failures.length === 0 ? 'ok' : 'failed'}, ${((Date.now() - startedMs) / 1000).toFixed(1)} s`,
  );
  return { passed: outcome.passed, failures };
}

/** No report means that the step broke off: its exit status says so. */
function tryRead(name: string, read: () => Outcome): Outcome {
  try {
    return read();
  } catch {
    return { passed: 0, failures: [`${name}, which left no report`] };
  }
}

function readUnit(): Outcome {
  const outcomes = UnitReport.parse(readReport(unitReport)).testResults.map(
    ({ name, status, message, assertionResults }) => {
      const file = relative(root, name);
      const of = (wanted: string) => assertionResults.filter((test) => test.status === wanted);
      const failures = of('failed').map(({ fullName, failureMessages: [why] }) => called(`${file} > ${fullName}`, why));
      // A file that can't be loaded has no tests that could fail.
      if (status === 'failed' && failures.length === 0) failures.push(called(file, message));
      return { passed: of('passed').length, failures };
    },
  );
  return together(outcomes);
}

function readJourneys(): Outcome {
  const { suites, errors } = JourneysReport.parse(readReport(journeysReport));
  const outcomes = suites.flatMap(({ file, specs }) =>
    specs.map(({ title, tests }) => ({
      passed: tests.filter(({ status }) => status === 'expected').length,
      failures: tests
        .filter(({ status }) => status === 'unexpected' || status === 'flaky')
        .map(({ results }) => called(`${file} > ${title}`, results[0]?.error?.message)),
    })),
  );
  // Of no test: a file that can't be loaded, say.
  return together([...outcomes, { passed: 0, failures: errors.map(({ message }) => called(journeys.name, message)) }]);
}

function together(outcomes: readonly Outcome[]): Outcome {
  return {
    passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
    failures: outcomes.flatMap(({ failures }) => failures),
  };
}

function called(name: string, why = ''): string {
  const [firstLine] = stripVTControlCharacters(why).split('\n', 1);
  return firstLine ? `${name}: ${firstLine}` : name;
}

function readReport(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
