import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Commands } from '../contract/command.ts';
import { Failed } from '../contract/failure.ts';
import { accessFailure, isLoopback } from './access.ts';
import { addCommandRoutes, foldModelId } from './api/command-routes.ts';
import { addEventStream } from './api/event-stream.ts';
import { addPictureRoute } from './api/picture-route.ts';
import { sendFailure } from './failure-reply.ts';
import { openApiDocument } from './openapi/document.ts';
import type { DoorLog, EventSource, ImageTools, MetricsSource, Pictures } from './ports.ts';
import { addRendererFiles } from './renderer-files.ts';
import { httpException } from './sdapi/errors.ts';
import { addInternalRoutes } from './sdapi/internal.ts';
import { addSdapiRoutes, latestPreview } from './sdapi/routes.ts';
import { addV1Routes } from './v1/routes.ts';
import { waitUntilClosing } from './wait-until-closing.ts';

export interface ServerOptions {
  readonly commands: Commands;
  readonly events: EventSource;
  readonly pictures: Pictures;
  readonly imageTools: ImageTools;
  readonly metrics: MetricsSource;
  /** The folder of the built window; null serves a sentence in its place. */
  readonly rendererPath: string | null;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly apiKey: string | null;
  readonly version: string;
  readonly log: DoorLog;
}

export interface Server {
  readonly url: string;
  /** Takes no more requests, lets those under way end for a moment, then ends them. */
  close(): Promise<void>;
}

const bodyLimitBytes = 64 * 1024 * 1024;
const closingMs = 1500;

/** Starts the HTTP door. Throws `Failed`: `unsafe_address` for an address that others reach without a key, `port_in_use`. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { host, port, apiKey } = options;
  if (!isLoopback(host) && !apiKey) throw new Failed('unsafe_address', { host });
  const closing = new AbortController();
  const { app, endStreams } = await buildServer({ ...options, closing: closing.signal });
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw listenFailure(error, host, port);
  }
  const address = app.server.address() as AddressInfo;
  return {
    url: `http://${urlHost(host)}:${address.port}`,
    async close() {
      closing.abort();
      endStreams();
      const force = setTimeout(() => app.server.closeAllConnections(), closingMs);
      await app.close();
      clearTimeout(force);
    },
  };
}

interface BuildOptions extends ServerOptions {
  readonly closing: AbortSignal;
}

async function buildServer(options: BuildOptions): Promise<{ app: FastifyInstance; endStreams: () => void }> {
  const { events, pictures, imageTools, metrics, rendererPath, version, log, closing } = options;
  const commands = { ...options.commands, 'jobs.wait': waitUntilClosing(options.commands['jobs.wait'], closing) };
  const app = Fastify({
    bodyLimit: bodyLimitBytes,
    genReqId: () => randomUUID(),
    rewriteUrl: (request) => foldModelId(request.method ?? 'GET', request.url ?? '/'),
    routerOptions: { maxParamLength: 16_384 },
    frameworkErrors: (error, request, reply) => sendFailure(request, reply, error, log),
  });
  app.setErrorHandler((error, request, reply) => sendFailure(request, reply, error, log));
  app.setNotFoundHandler((request, reply) =>
    sendFailure(request, reply, new Failed('not_found', { what: 'address', id: request.url.slice(0, 200) }), log),
  );
  addAccessCheck(app, options);
  addJsonParser(app);

  app.get('/healthz', async () => {
    const { status, runner } = await commands['app.status']({});
    const { kind, state, provider, restarts } = runner;
    return {
      status,
      ts: new Date().toISOString(),
      version,
      runner_kind: kind,
      runner: { kind, state, provider, restarts },
    };
  });
  app.get('/readyz', async () => ({ status: 'ready' }));
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  app.get('/openapi.json', async () => openApiDocument(version));
  addCommandRoutes(app, commands);
  addPictureRoute(app, pictures);
  const endEvents = addEventStream(app, events);
  let endJobStreams = () => {};
  await app.register(
    (scope, _options, done) => {
      endJobStreams = addV1Routes(scope, { commands, events, log });
      done();
    },
    { prefix: '/v1' },
  );
  const endStreams = () => {
    endEvents();
    endJobStreams();
  };
  const previews = latestPreview(events);
  app.addHook('onClose', previews.close);
  const sdapi = { commands, events, imageTools, log, version, preview: previews.of };
  await app.register(
    (scope, _options, done) => {
      addInternalRoutes(scope, sdapi);
      done();
    },
    { prefix: '/internal' },
  );
  await app.register(
    (scope, _options, done) => {
      addSdapiRoutes(scope, sdapi);
      done();
    },
    { prefix: '/sdapi/v1' },
  );
  await addRendererFiles(app, rendererPath);
  return { app, endStreams };
}

function addAccessCheck(app: FastifyInstance, { host, apiKey, log }: ServerOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    const { headers, url } = request;
    const failed = accessFailure(
      { boundHost: host, apiKey },
      {
        host: headers.host,
        origin: headers.origin,
        fetchSite: single(headers['sec-fetch-site']),
        fetchMode: single(headers['sec-fetch-mode']),
        authorization: headers.authorization,
        isPublic: url === '/healthz',
      },
    );
    if (failed === null) return;
    if (/^\/(sdapi|internal)\//.test(url) && failed.failure.code === 'unauthorized') {
      const detail = headers.authorization ? 'Incorrect username or password' : 'Not authenticated';
      return reply.code(401).send(httpException(401, detail).body);
    }
    return sendFailure(request, reply, failed, log);
  });
}

/** Only JSON: a form of another site's page can send anything else without asking. */
function addJsonParser(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('remove', 'remove');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (String(body).trim() === '') return done(null, undefined);
    return parse(request, String(body), done);
  });
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** What a program on this machine writes to reach a server on this address. */
function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

function listenFailure(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') return new Failed('port_in_use', { host, port });
  const reason = error instanceof Error ? error.message : String(error);
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new Failed('invalid_input', { field: 'host', reason: `it is not possible to listen there (${reason})` });
  }
  return error;
}
