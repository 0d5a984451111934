import { pathToFileURL } from 'node:url';
import { net, protocol } from 'electron';
import { artifactId, contentPath, previewModelId } from './content-path.ts';

/**
 * What the page may load. Styles may be inline because the component library positions and sizes with them; scripts may not.
 * Sent as a header: in development the page comes from Vite, whose reload script is inline.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' picture: data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const pageUrl = 'app://bundle/index.html';

/** Must run before the app is ready. */
export function announceProtocols(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    { scheme: 'picture', privileges: { standard: true, secure: true } },
  ]);
}

export interface ContentSources {
  readonly rendererFolder: string;
  /** The picture's file, or null when there is no such artifact. */
  readonly pictureFile: (artifactId: string) => string | null;
  /** The file of a model's preview, or null when it has none. */
  readonly previewFile: (modelId: string) => Promise<string | null>;
}

/** Serves the page as `app://bundle/…` and pictures as `picture://artifact/<id>` and `picture://model/<id>`. Nothing else of the disk can be named. */
export function serveContent({ rendererFolder, pictureFile, previewFile }: ContentSources): void {
  protocol.handle('app', async (request) => {
    return sendFile(contentPath(rendererFolder, request.url), { 'content-security-policy': contentSecurityPolicy });
  });
  protocol.handle('picture', async (request) => {
    const modelId = previewModelId(request.url);
    if (modelId !== null) return sendFile(await previewFile(modelId), { 'cache-control': 'no-cache' });
    const id = artifactId(request.url);
    // An artifact never changes under its id.
    return sendFile(id && pictureFile(id), { 'cache-control': 'private, max-age=31536000, immutable' });
  });
}

async function sendFile(file: string | null, headers: Readonly<Record<string, string>>): Promise<Response> {
  if (!file) return new Response(null, { status: 404 });
  try {
    const found = await net.fetch(pathToFileURL(file).href);
    const contentType = found.headers.get('content-type') ?? 'application/octet-stream';
    return new Response(found.body, {
      status: found.status,
      headers: { 'content-type': contentType, 'x-content-type-options': 'nosniff', ...headers },
    });
  } catch {
    return new Response(null, { status: 404 });
  }
}
