import type { FastifyReply, FastifyRequest } from 'fastify';
import { Failed, type Failure, failureOf, failures } from '../contract/failure.ts';
import type { DoorLog } from './ports.ts';

/** A failure as the `/api/v1` door sends it: the failure itself and a `correlation_id` that the log knows. */
export function sendFailure(request: FastifyRequest, reply: FastifyReply, error: unknown, log: DoorLog): FastifyReply {
  const { status, failure } = answerTo(error);
  if (failure.code === 'internal') log.error({ err: error, correlation_id: request.id, url: request.url }, 'bug');
  if (status === 429) reply.header('retry-after', '5');
  if (status === 401) reply.header('www-authenticate', 'Basic realm="Vitrine", charset="UTF-8"');
  return reply.code(status).send({ ...failure, correlation_id: request.id });
}

/** What the framework itself refuses (a body too large, JSON that isn't, another media type) has a 4xx status of its own. */
function answerTo(error: unknown): { readonly status: number; readonly failure: Failure } {
  const status = frameworkStatus(error);
  if (status !== null) {
    const reason = error instanceof Error ? error.message : 'not understood';
    return { status, failure: new Failed('invalid_input', { field: 'request', reason }).failure };
  }
  const failure = failureOf(error);
  return { status: failures[failure.code].status, failure };
}

/** The 4xx status that fastify gave an error, or null for an error of ours. */
export function frameworkStatus(error: unknown): number | null {
  if (error instanceof Failed || !(error instanceof Error) || !('statusCode' in error)) return null;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : null;
}
