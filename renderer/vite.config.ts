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

const first = `${import.meta.dirname.replaceAll('\\', '/')}/main.tsx`;

let ofFirstFrame: ReadonlySet<string> | null = null;

/** What the first frame needs stands in one file: thirty small ones wait for each other at a browser's six connections. */
function chunkOf(id: string, context: Rolldown.ChunkingContext): string | null {
  ofFirstFrame ??= reachedFrom(first, context);
  return ofFirstFrame.has(id) ? 'window' : null;
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
  plugins: [react(), withContentPolicy, withCompiledMessages, withFirstFont],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome130',
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ debugName: 'window', name: chunkOf }] },
      },
    },
  },
});
