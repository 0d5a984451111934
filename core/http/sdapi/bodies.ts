import type { FastifyInstance } from 'fastify';
import { Failed } from '../../contract/failure.ts';
import { frameworkStatus } from '../failure-reply.ts';
import type { DoorLog } from '../ports.ts';
import { errorOf, raised, validationError } from './errors.ts';

/** Bodies and errors as stable-diffusion-webui has them, for all routes of that scope. */
export function setSdapiBodies(app: FastifyInstance, log: DoorLog): void {
  app.removeAllContentTypeParsers();
  // Clients send JSON under any media type, and no body at all where they have nothing to say.
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, String(body).trim() === '' ? undefined : JSON.parse(String(body)));
    } catch (error) {
      const position = Number(/position (\d+)/.exec(String(error))?.[1] ?? String(body).length);
      done(validationError([{ loc: ['body', position], msg: 'Expecting value', type: 'value_error.jsondecode' }]));
    }
  });
  app.setErrorHandler((error, request, reply) => {
    const known = errorOf(error);
    if (known !== null) {
      if (known.status === 429) reply.header('retry-after', '5');
      return reply.code(known.status).send(known.body);
    }
    const status = frameworkStatus(error);
    if (status !== null) return reply.code(status).send({ detail: error instanceof Error ? error.message : '' });
    log.error({ err: error, correlation_id: request.id, url: request.url }, 'bug');
    const { status: code, body } = raised('RuntimeError', new Failed('internal').message);
    return reply.code(code).send(body);
  });
  app.setNotFoundHandler((request, reply) => {
    const url = request.url.replace(/\?.*$/, '');
    const isKnown = ['GET', 'POST'].some((method) => app.hasRoute({ method, url }));
    return reply.code(isKnown ? 405 : 404).send({ detail: isKnown ? 'Method Not Allowed' : 'Not Found' });
  });
}
