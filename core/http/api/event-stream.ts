import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SequencedEvent } from '../../contract/event.ts';
import { restPrefix } from '../../contract/rest.ts';
import type { EventSource } from '../ports.ts';

const heartbeatMs = 15_000;
/** A reader that falls this far behind is let go: it comes back with Last-Event-ID, or takes a snapshot. */
const maxWaitingBytes = 4 * 1024 * 1024;

/**
 * `GET /api/v1/events`: server-sent events. Each message is a `SequencedEvent`, its id the sequence. `Last-Event-ID` (or `?last_event_id=`)
 * replays what came after; where that is no longer known, a message of type `reset` says so, and the reader takes a snapshot anew.
 * The answer ends every open stream.
 */
export function addEventStream(app: FastifyInstance, events: EventSource): () => void {
  const open = new Set<() => void>();
  app.get(`${restPrefix}/events`, (request, reply) => {
    reply.hijack();
    const end = stream(reply.raw, events, lastEventId(request));
    open.add(end);
    reply.raw.on('close', () => {
      open.delete(end);
      end();
    });
  });
  return () => {
    for (const end of open) end();
  };
}

function stream(response: ServerResponse, events: EventSource, lastId: number | null): () => void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  const send = (text: string) => {
    if (response.writableLength > maxWaitingBytes) response.destroy();
    else response.write(text);
  };
  send(': connected\n\n');
  const missed = lastId === null ? [] : events.since(lastId);
  if (missed === null) send(`id: ${events.sequence}\nevent: reset\ndata: {"sequence":${events.sequence}}\n\n`);
  else for (const event of missed) send(messageOf(event));
  const leave = events.listen((event) => send(messageOf(event)));
  const heartbeat = setInterval(() => send(':\n\n'), heartbeatMs);
  return () => {
    leave();
    clearInterval(heartbeat);
    response.end();
  };
}

function messageOf(event: SequencedEvent): string {
  return `id: ${event.sequence}\ndata: ${JSON.stringify(event)}\n\n`;
}

function lastEventId(request: FastifyRequest): number | null {
  const query = request.query as Readonly<Record<string, unknown>>;
  const given = request.headers['last-event-id'] ?? query.last_event_id;
  return typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : null;
}
