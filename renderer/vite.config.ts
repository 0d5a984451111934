import react from '@vitejs/plugin-react';
import compile from 'icu-minify/compile';
import { defineConfig, type Plugin, type Rolldown } from 'vite';

/** Everything comes from where the page came from. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Only in the build: the dev server needs its inline preamble. */
const withContentPolicy: Plugin = {
  name: 'content-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: contentPolicy },
      injectTo: 'head-prepend',
    },
  ],
};

/** Messages come read: the page needs no parser for them, a tenth of what it had to load. In development they are read in the page, and change as they are written. */
const withCompiledMessages: Plugin = {
  name: 'compiled-messages',
  apply: 'build',
  config: () => ({ resolve: { alias: { 'use-intl/format-message': 'use-intl/format-message/format-only' } } }),
  async load(id) {
    const language = /[\\/]messages[\\/](en|de)\.ts$/.exec(id)?.[1];
    if (language === undefined) return null;
    const messages: Record<string, object> = await import(new URL(`messages/${language}.ts`, import.meta.url).href);
    return `export const ${language} = ${JSON.stringify(compiled(messages[language] ?? {}))};`;
  },
};

function compiled(messages: object): object {
  return Object.fromEntries(
    Object.entries(messages).map(([key, message]) => [
      key,
      typeof message === 'string' ? compile(message) : compiled(message),
    ]),
  );
}

/** The letters of the first frame are asked for with the page, not once its style is read: words don't change their shape before one's eyes. */
const withFirstFont: Plugin = {
  name: 'first-font',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: (_, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((name) => /hanken-grotesk-latin-wght-normal.*\.woff2$/.test(name))
        .map((name) => ({
          tag: 'link',
          attrs: { rel: 'preload', as: 'font', type: 'font/woff2', href: `./${name}`, crossorigin: '' },
          injectTo: 'head',
        })),
  },
};

/** The first page's script is short and asks for the window's: that is on its way, with its style, before the script has run. */
const withWindowOnItsWay: Plugin = {
  name: 'window-on-its-way',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: (_, { bundle }) => {
      const chunks = Object.values(bundle ?? {}).filter((output) => output.type === 'chunk');
      const window = chunks.find(({ name }) => name === windowName);
      if (window === undefined) throw new Error('There is no chunk of the first frame.');
      const main = chunks.filter(({ facadeModuleId }) => facadeModuleId === `${folder}/main.tsx`);
      const names = new Set([window, ...main].flatMap(({ fileName, imports }) => [fileName, ...imports]));
      const scripts = [...names].map((name) => ({ rel: 'modulepreload', href: `./${name}` }));
      const styles = [...(window.viteMetadata?.importedCss ?? [])].map((name) => ({
        rel: 'stylesheet',
        href: `./${name}`,
      }));
      return [...scripts, ...styles].map((attrs) => ({
        tag: 'link',
        attrs: { ...attrs, crossorigin: '' },
        injectTo: 'head',
      }));
    },
  },
};

const windowName = 'window';
const folder = import.meta.dirname.replaceAll('\\', '/');

let before: ReadonlySet<string> | null = null;
let ofFirstFrame: ReadonlySet<string> | null = null;

/** What goes before the window's code: the page's first script, and what that shares with the rest. */
function startOf(id: string, context: Rolldown.ChunkingContext): string | null {
  before ??= reachedFrom(`${folder}/start.ts`, context);
  return before.has(id) ? 'start' : null;
}

/** What the first frame needs stands in one file: thirty small ones wait for each other at a browser's six connections. */
function windowOf(id: string, context: Rolldown.ChunkingContext): string | null {
  ofFirstFrame ??= reachedFrom(`${folder}/main.tsx`, context);
  return ofFirstFrame.has(id) ? windowName : null;
}

/** A module and all that it imports without waiting for it. */
function reachedFrom(start: string, context: Rolldown.ChunkingContext): ReadonlySet<string> {
  const reached = new Set([start]);
  for (const id of reached) for (const next of context.getModuleInfo(id)?.importedIds ?? []) reached.add(next);
  return reached;
}

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react(), withContentPolicy, withCompiledMessages, withFirstFont, withWindowOnItsWay],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome130',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { debugName: 'start', name: startOf, priority: 2 },
            { debugName: 'window', name: windowOf, priority: 1 },
          ],
        },
      },
    },
  },
});
