import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page, type Response } from 'playwright';
import { makeLibraryFixture } from '../../core/bench/library-fixture.ts';
import { isBuildStale } from '../../core/build-state.ts';
import { chromiumExecutable } from '../chromium.ts';
import { root } from '../place.ts';
import { frameTimes, watchFirstList, watchSearch } from './in-page.ts';
import { within } from './within.ts';

// `npm run bench -- window --models N`: what a person waits for in the window, in a real browser over a large library, with a warm core.
// It says on standard error what it waits for, and waits for nothing without end.

interface Line {
  readonly what: string;
  readonly value: number;
  readonly aim: number;
  readonly unit: string;
  readonly note: string;
}

type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>;

const { values } = parseArgs({
  options: { models: { type: 'string', default: '100000' }, cache: { type: 'string', default: '' } },
});
const modelCount = Number(values.models);
const viewport = { width: 1440, height: 900 };
const opens = 5;
const queries = ['dream', 'crystal ink', 'v3', 'lora', 'neon', 'mountain film', 'ghost', 'pixel mix'];
/** Between letters: a person types quickly, slowly, and stops to think, when the counts around the rows are asked for. */
const pausesMs = [60, 110, 160, 220, 500];
const scrollPx = 60_000;
const scrollPxPerSecond = 12_000;
const aims = { firstListMs: 500, searchMs: 50, frameMs: 32, scriptKb: 250, heapMb: 150 } as const;

/** Most of what is waited for takes a moment: a machine that needs longer tells nothing about the window. */
const limitMs = 30_000;
/** A new context opens a window of Chromium's, whose own parts take more processor time than the list does: they are left to end first. */
const browserRestMs = 1000;
/** An index of so many models is built from nothing in some minutes; it stands still only when something is wrong. */
const standstillMs = 120_000;

if (isBuildStale(root)) {
  say('The window that would be measured is not built, or not of these sources: run "npm run build" first.');
  process.exit(2);
}
say(`a library of ${modelCount} models: kept from an earlier run, or made, which takes some minutes`);
const { rootPath } = await makeLibraryFixture(join(values.cache, 'bench'), modelCount);
try {
  print(await withCore(rootPath, withBrowser));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function withCore<Result>(libraryPath: string, act: (url: string) => Promise<Result>): Promise<Result> {
  say('the core');
  const server = spawn(
    process.execPath,
    [join(import.meta.dirname, 'core-at-rest.ts'), '--library', libraryPath, '--data', `${libraryPath}-data`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(server, 'exit');
  try {
    const url = await within(limitMs, `the core of "${libraryPath}" to say where it answers`, addressOf(server));
    await warmUp(url);
    return await act(url);
  } finally {
    server.kill('SIGTERM');
    await within(limitMs, 'the core to end', ended).catch(() => server.kill('SIGKILL'));
  }
}

async function withBrowser(url: string): Promise<readonly Line[]> {
  say('the browser');
  const executablePath = chromiumExecutable();
  const browser = await chromium.launch({ timeout: limitMs, ...(executablePath && { executablePath }) });
  try {
    return await measure(browser, url);
  } finally {
    await within(limitMs, 'the browser to close', browser.close());
  }
}

async function measure(browser: Browser, url: string): Promise<readonly Line[]> {
  const firstLists: number[] = [];
  let scriptBytes = 0;
  let page: Page | null = null;
  const storageState = await leftBehind(browser, url);
  for (let index = 0; index < opens; index += 1) {
    await page?.close();
    const context = await browser.newContext({ viewport, storageState });
    page = await context.newPage();
    await page.addInitScript(watchFirstList);
    const scripts: Response[] = [];
    const onResponse = (response: Response) => {
      if (response.request().resourceType() === 'script') scripts.push(response);
    };
    page.on('response', onResponse);
    say(`the first list, ${index + 1} of ${opens}`);
    await page.waitForTimeout(browserRestMs);
    await page.goto(url, { timeout: limitMs });
    const firstListMs = page.evaluate(() => (globalThis as unknown as { firstListMs: Promise<number> }).firstListMs);
    firstLists.push(await within(limitMs, 'the first list to be painted', firstListMs));
    // What comes later is not of the first list, and the page may be closed before it has come.
    page.off('response', onResponse);
    scriptBytes = sum(await Promise.all(scripts.map(async (script) => gzipSync(await script.body()).length)));
  }
  if (page === null) throw new Error('no page was opened');
  const devtools = await page.context().newCDPSession(page);
  const searches = await searchTimes(page);
  const frames = await scrollFrames(page, devtools);
  const { usedSize } = await heapAfterCollection(devtools);
  return [
    {
      what: 'first list painted after open',
      value: median(firstLists),
      aim: aims.firstListMs,
      unit: 'ms',
      note: `of ${opens} opens: ${range(firstLists)}`,
    },
    {
      what: 'search, keystroke to painted result, 95 of 100',
      value: percentile(searches, 95),
      aim: aims.searchMs,
      unit: 'ms',
      note: `${searches.length} keystrokes: median ${median(searches).toFixed(0)}, slowest ${Math.max(...searches).toFixed(0)}`,
    },
    {
      what: 'frame while scrolling, 95 of 100',
      value: percentile(frames, 95),
      aim: aims.frameMs,
      unit: 'ms',
      note: `${frames.length} frames: median ${median(frames).toFixed(1)}, slowest ${Math.max(...frames).toFixed(0)}`,
    },
    { what: 'script of the first screen, gzip', value: scriptBytes / 1000, aim: aims.scriptKb, unit: 'kB', note: '' },
    { what: 'heap after all that', value: usedSize / 1e6, aim: aims.heapMb, unit: 'MB', note: '' },
  ];
}

/** What the window of a person who has been here before finds: its own view, as an earlier one kept it. */
async function leftBehind(browser: Browser, url: string): Promise<StorageState> {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  // The welcome is for the first time only.
  await page.addInitScript(() => localStorage.setItem('vitrine/view/1', JSON.stringify({ hasSeenWelcome: true })));
  await page.goto(url, { timeout: limitMs });
  await page.getByRole('option').first().waitFor({ timeout: limitMs });
  await page.waitForTimeout(1000);
  const state = await context.storageState();
  await context.close();
  return state;
}

/** Types each query letter by letter; each letter's time ends when its rows stand on the screen. */
async function searchTimes(page: Page): Promise<readonly number[]> {
  say('searches');
  await page.evaluate(watchSearch);
  const times: number[] = [];
  await page.keyboard.press('/');
  for (const query of queries) {
    for (const letter of query) {
      await page.evaluate(() => (globalThis as unknown as { armSearch: () => void }).armSearch());
      await page.keyboard.press(letter === ' ' ? 'Space' : letter);
      const searchMs = page.evaluate(() => (globalThis as unknown as { searchMs: Promise<number> }).searchMs);
      times.push(await within(limitMs, `what "${letter}" of "${query}" finds`, searchMs));
      await page.waitForTimeout(pausesMs[times.length % pausesMs.length] ?? 0);
    }
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Backspace');
    await page.waitForTimeout(1000);
  }
  await page.keyboard.press('Escape');
  await page.waitForTimeout(1000);
  return times;
}

async function scrollFrames(page: Page, devtools: CDPSession): Promise<readonly number[]> {
  say('frames while scrolling');
  const recording = page.evaluate(frameTimes, (scrollPx / scrollPxPerSecond) * 1000);
  const gesture = devtools.send('Input.synthesizeScrollGesture', {
    x: 600,
    y: 500,
    yDistance: -scrollPx,
    speed: scrollPxPerSecond,
    gestureSourceType: 'mouse',
  });
  const [frames] = await within(limitMs, 'the scroll to end', Promise.all([recording, gesture]));
  return frames;
}

async function heapAfterCollection(devtools: CDPSession): Promise<{ usedSize: number }> {
  await devtools.send('HeapProfiler.enable');
  await devtools.send('HeapProfiler.collectGarbage');
  return devtools.send('Runtime.getHeapUsage');
}

/** The index may have to be built before "warm" means anything. */
async function warmUp(url: string): Promise<void> {
  let known = -1;
  for (let grownAtMs = Date.now(); known < modelCount; await sleep(500)) {
    const answer = await fetch(`${url}/api/v1/models?limit=1`, { signal: AbortSignal.timeout(limitMs) });
    const { total } = (await answer.json()) as { readonly total: number };
    if (total > known) {
      say(`the index, with ${total} of ${modelCount} models`);
      grownAtMs = Date.now();
      known = total;
    }
    if (Date.now() - grownAtMs > standstillMs)
      throw new Error(`The index stands still at ${total} of ${modelCount} models for ${standstillMs / 1000} s.`);
  }
}

async function addressOf(server: ChildProcess): Promise<string> {
  if (!server.stdout) throw new Error('the core has no output');
  const [line] = (await Promise.race([
    once(createInterface({ input: server.stdout }), 'line'),
    once(server, 'exit').then(([code]) => Promise.reject(new Error(`The core ended with ${code}.`))),
  ])) as [string];
  return (JSON.parse(line) as { readonly url: string }).url;
}

function say(what: string): void {
  console.error(what);
}

function print(lines: readonly Line[]): void {
  console.log(`${modelCount} models`);
  const width = Math.max(...lines.map(({ what }) => what.length));
  for (const { what, value, aim, unit, note } of lines)
    console.log(
      `${what.padEnd(width)}  ${value.toFixed(1).padStart(8)} ${unit}  aim ${String(aim).padStart(4)}  ${value <= aim ? 'met   ' : 'MISSED'}  ${note}`,
    );
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

function median(values: readonly number[]): number {
  return percentile(values, 50);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function range(values: readonly number[]): string {
  return `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)} ms`;
}
