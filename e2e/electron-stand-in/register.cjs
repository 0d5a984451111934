// Preloaded before everything: makes 'electron' mean the stand-in, for import and require alike.
const { existsSync, readFileSync } = require('node:fs');
const { registerHooks } = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const standIn = pathToFileURL(join(__dirname, 'electron.ts')).href;
registerHooks({
  resolve: (specifier, context, next) =>
    /^electron(\/(main|common))?$/.test(specifier) ? { url: standIn, shortCircuit: true } : next(specifier, context),
});

const packageFile = join(__dirname, '..', '..', 'node_modules', 'electron', 'package.json');
const version = existsSync(packageFile) ? JSON.parse(readFileSync(packageFile, 'utf8')).version : '0.0.0';
Object.defineProperty(process.versions, 'electron', { value: `${version}-stand-in`, enumerable: true });
process.type = 'browser';
// Set by the check of the package: it has the resources of a packaged app.
process.resourcesPath = process.env.VITRINE_STAND_IN_RESOURCES ?? __dirname;
// Electron's argv has no script entry: [executable, ...switches, app, ...arguments].
process.argv.splice(1, 1);
