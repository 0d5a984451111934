import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Failed } from '../../contract/failure.ts';
import { ModelId } from '../../contract/ids.ts';
import { restPrefix } from '../../contract/rest.ts';
import type { Pictures } from '../ports.ts';

const mediaTypes: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
};

/**
 * `GET /api/v1/pictures/{id}`: the file of an artifact. A picture never changes, so a browser asks once.
 * `GET /api/v1/models/{model_id}/preview`: the picture that stands for a model, which a person may change.
 */
export function addPictureRoute(app: FastifyInstance, pictures: Pictures): void {
  app.get<{ Params: { id: string } }>(`${restPrefix}/pictures/:id`, async (request, reply) => {
    const { id } = request.params;
    const path = pictures.pathOf(id);
    const mediaType = path === null ? undefined : mediaTypes[extname(path).toLowerCase()];
    if (path === null || mediaType === undefined) throw new Failed('not_found', { what: 'picture', id });
    return sendFile(reply, path, mediaType, 'private, max-age=31536000, immutable', { what: 'picture', id });
  });
  app.get<{ Params: { model_id: string } }>(`${restPrefix}/models/:model_id/preview`, async (request, reply) => {
    const checked = ModelId.safeParse(request.params.model_id);
    const id = request.params.model_id.slice(0, 200);
    const path = checked.success ? await pictures.previewOf(checked.data) : null;
    if (path === null) throw new Failed('not_found', { what: 'preview', id });
    return sendFile(reply, path, 'image/webp', 'private, no-cache', { what: 'preview', id });
  });
}

async function sendFile(
  reply: FastifyReply,
  path: string,
  mediaType: string,
  caching: string,
  named: { readonly what: string; readonly id: string },
): Promise<FastifyReply> {
  const file = await open(path).catch(() => {
    throw new Failed('not_found', named);
  });
  const { size } = await file.stat();
  return reply
    .headers({ 'content-type': mediaType, 'content-length': String(size), 'cache-control': caching })
    .send(file.createReadStream());
}
