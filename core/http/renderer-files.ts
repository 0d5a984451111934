import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** No inline script, nothing from elsewhere. Styles may be inline: the widgets place their popovers that way. */
export const contentSecurityPolicy = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** Serves the built window at `/`, or says in a sentence that it isn't built. */
export async function addRendererFiles(app: FastifyInstance, rendererPath: string | null): Promise<void> {
  if (rendererPath === null || !existsSync(join(rendererPath, 'index.html'))) {
    app.get('/', (_request, reply) =>
      reply
        .header('content-security-policy', contentSecurityPolicy)
        .type('text/plain; charset=utf-8')
        .send(
          'Vitrine runs here, but its window is not built: run "npm run build". The HTTP interface is described at /openapi.json.\n',
        ),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: rendererPath,
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header('content-security-policy', contentSecurityPolicy);
      // The names of built assets carry a hash of what is in them; index.html names them.
      reply.header('cache-control', /[/\\]assets[/\\]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
