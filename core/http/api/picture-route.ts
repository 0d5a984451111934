import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { Failed } from '../../contract/failure.ts';
import { restPrefix } from '../../contract/rest.ts';
import type { Pictures } from '../ports.ts';

const mediaTypes: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
};

/** `GET /api/v1/pictures/{id}`: the file of an artifact. A picture never changes, so a browser asks once. */
export function addPictureRoute(app: FastifyInstance, pictures: Pictures): void {
  app.get<{ Params: { id: string } }>(`${restPrefix}/pictures/:id`, async (request, reply) => {
    const { id } = request.params;
    const path = pictures.pathOf(id);
    const mediaType = path === null ? undefined : mediaTypes[extname(path).toLowerCase()];
    if (path === null || mediaType === undefined) throw new Failed('not_found', { what: 'picture', id });
    const file = await open(path).catch(() => {
      throw new Failed('not_found', { what: 'picture', id });
    });
    const { size } = await file.stat();
    return reply
      .headers({
        'content-type': mediaType,
        'content-length': String(size),
        'cache-control': 'private, max-age=31536000, immutable',
      })
      .send(file.createReadStream());
  });
}
