import { readFile } from 'node:fs/promises';
import http, { type RequestOptions } from 'node:http';
import https from 'node:https';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

type Handler = (request: Request) => Response | Promise<Response>;

const handlers = new Map<string, Handler>();
const suffix = 'stand-in';
const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

export const protocol = {
  registerSchemesAsPrivileged(): void {},
  handle(scheme: string, handler: Handler): void {
    handlers.set(scheme, handler);
  },
};

export const net = {
  /** Node's own instead of Chromium's: without its proxies, and without caches. */
  request: ({ session: _, redirect: __, ...options }: RequestOptions & { session?: object; redirect?: string }) =>
    (options.protocol === 'http:' ? http : https).request(options),
  async fetch(url: string): Promise<Response> {
    if (!url.startsWith('file:')) throw new Error('stand-in: net.fetch reads files only');
    const path = fileURLToPath(url);
    const bytes = await readFile(path).catch(() => {
      throw new Error('net::ERR_FILE_NOT_FOUND');
    });
    const contentType = contentTypes[extname(path).toLowerCase()] ?? 'application/octet-stream';
    return new Response(bytes, { headers: { 'content-type': contentType } });
  },
};

/** Chromium can't be taught a scheme from outside. Its own pages stand at `https://<host>.<scheme>.stand-in/…`; parts of a page keep their address. */
export function toChromium(url: string): string {
  const [, scheme = '', host, rest] = /^([a-z]+):\/\/([^/]*)(.*)$/.exec(url) ?? [];
  return handlers.has(scheme) ? `https://${host}.${scheme}.${suffix}${rest}` : url;
}

export function toElectron(url: string): string {
  const [, host, scheme, rest] = /^https:\/\/(.+)\.([a-z]+)\.stand-in(.*)$/.exec(url) ?? [];
  return scheme ? `${scheme}://${host}${rest}` : url;
}

/** What `Fetch.enable` is told to hold: all that a handler answers, and every navigation. */
export function heldRequests(): object[] {
  const own = [...handlers.keys()].flatMap((scheme) => [`${scheme}://*`, `https://*.${scheme}.${suffix}/*`]);
  return [...own.map((urlPattern) => ({ urlPattern })), { urlPattern: '*', resourceType: 'Document' }];
}

export function handlerOf(url: string): Handler | undefined {
  return handlers.get(url.split(':')[0] ?? '');
}
