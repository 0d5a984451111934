import { pathToFileURL } from 'node:url';
import { net, protocol } from 'electron';
import { contentOf } from './content-path.ts';

/**
 * What the page may load. Styles may be inline because the component library positions and sizes with them; scripts may not.
 * Sent as a header: in development the page comes from Vite, whose reload script is inline.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const pageUrl = 'vitrine://app/index.html';

/** Must run before the app is ready. */
export function announceProtocols(): void {
  protocol.registerSchemesAsPrivileged([
    // The window's code is kept compiled: from its second start on it is not read again.
    { scheme: 'vitrine', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

export interface ContentSources {
  readonly rendererFolder: string;
  /** The picture's file, or null when there is no such artifact. */
  readonly pictureFile: (artifactId: string) => string | null;
  /** The file of a model's preview, or null when it has none. */
  readonly previewFile: (modelId: string) => Promise<string | null>;
}

/** Serves the page as `vitrine://app/…` and pictures as `vitrine://app/pictures/<id>` and `…/previews/<model id>`: one origin. Nothing else of the disk can be named. */
export function serveContent({ rendererFolder, pictureFile, previewFile }: ContentSources): void {
  protocol.handle('vitrine', async (request) => {
    const content = contentOf(rendererFolder, request.url);
    if (content?.kind === 'picture')
      // An artifact never changes under its id.
      return sendFile(pictureFile(content.artifactId), { 'cache-control': 'private, max-age=31536000, immutable' });
    if (content?.kind === 'preview')
      return sendFile(await previewFile(content.modelId), { 'cache-control': 'no-cache' });
    return sendFile(content?.path ?? null, { 'content-security-policy': contentSecurityPolicy });
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
