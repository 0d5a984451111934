import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from './app.ts';
import { openBrowser } from './browser.ts';
import { launchChromium } from './chromium.ts';

interface PackageFile {
  readonly main?: string;
  readonly name?: string;
  readonly productName?: string;
  readonly version?: string;
}

const args = process.argv.slice(1);
if (args.includes('--version')) {
  console.log(`v${process.versions.electron}`);
  process.exit(0);
}
const takesValue = new Set(['-r', '--require']);
const given = args.find((arg, index) => !arg.startsWith('-') && !takesValue.has(args[index - 1] ?? ''));
if (given === undefined) {
  console.error('stand-in: no app was given');
  process.exit(1);
}
const appPath = resolve(given);
// A package is started without the app's path.
if (app.isPackaged) process.argv.splice(process.argv.indexOf(given), 1);
if (!statSync(appPath).isDirectory()) throw new Error(`stand-in: ${appPath} is not an app's folder`);
const about = JSON.parse(readFileSync(join(appPath, 'package.json'), 'utf8')) as PackageFile;
app.describe({ appPath, name: about.productName ?? about.name ?? 'Electron', version: about.version ?? '0.0.0' });

// As in Electron, the app's module is evaluated whole before "ready" is told (a top-level await of it would wait for ever), and what it says
// of the user-data folder holds for the browser's own storage.
await import(pathToFileURL(resolve(appPath, about.main ?? 'index.js')).href);
const chromium = await launchChromium(join(app.getPath('userData'), 'stand-in'));
openBrowser(chromium);
// What Playwright's launch waits for.
process.stderr.write(`DevTools listening on ${chromium.url}\n`);
app.becomeReady();
