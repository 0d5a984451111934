import type { ServerResponse } from 'node:http';
import type { Commands } from '../../contract/command.ts';
import { Failed } from '../../contract/failure.ts';
import type { JobId } from '../../contract/ids.ts';
import type { EventSource } from '../ports.ts';
import { isOver, progressView, streamed } from './views.ts';

const heartbeatMs = 15_000;
const pageLength = 500;
/** A reader that falls this far behind is let go: it comes back with Last-Event-ID. */
const maxWaitingBytes = 1024 * 1024;

export interface StreamStart {
  readonly jobId: JobId;
  /** The sequence of the last event that the reader has; 0 for none. */
  readonly after: number;
  /** Only events later than that; null for all. */
  readonly sinceMs: number | null;
}

/**
 * Tells of one job until it has ended: its progress first, then every durable event after the reader's last, each with its sequence as id;
 * progress again whenever it changed. Progress and heartbeats carry no id, so that a reader that comes back misses nothing.
 * The answer ends the stream.
 */
export function streamJob(
  response: ServerResponse,
  { jobId, after, sinceMs }: StreamStart,
  { commands, events }: { readonly commands: Commands; readonly events: EventSource },
): () => void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  let cursor = after;
  let lastProgress = '';
  let isEnded = false;
  let pumping = false;
  let isBehind = true;

  const send = (text: string): void => {
    if (response.writableLength > maxWaitingBytes) response.destroy();
    else response.write(text);
  };
  const end = (): void => {
    if (isEnded) return;
    isEnded = true;
    leave();
    clearInterval(heartbeat);
    response.end();
  };
  const sendProgress = (progress: string): void => {
    if (progress === lastProgress) return;
    lastProgress = progress;
    send(`event: progress\ndata: ${progress}\n\n`);
  };

  /** Sends what is new. True once nothing more will come. */
  async function sendNew(): Promise<boolean> {
    const before = await commands['jobs.show']({ job_id: jobId });
    // What the reader sees first is where the job stands.
    if (lastProgress === '') sendProgress(JSON.stringify(progressView(before)));
    for (;;) {
      const { events: page } = await commands['jobs.events']({ job_id: jobId, after: cursor, limit: pageLength });
      const job = await commands['jobs.show']({ job_id: jobId });
      for (const event of page) {
        cursor = event.sequence;
        if (event.code === 'job.finish') sendProgress(JSON.stringify(progressView(job)));
        if (sinceMs !== null && Date.parse(event.at) <= sinceMs) continue;
        const { kind, data } = streamed(job, event);
        send(`id: ${event.sequence}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`);
      }
      if (page.length === pageLength) continue;
      sendProgress(JSON.stringify(progressView(job)));
      return isOver(job) && (page.some(({ code }) => code === 'job.finish') || page.length === 0);
    }
  }

  async function pump(): Promise<void> {
    if (pumping) return;
    pumping = true;
    try {
      while (isBehind && !isEnded) {
        isBehind = false;
        if (await sendNew()) end();
      }
    } catch (error) {
      // The job was taken out of the history, or the app ends.
      if (error instanceof Failed) end();
      else response.destroy(error instanceof Error ? error : undefined);
    } finally {
      pumping = false;
    }
  }

  const leave = events.listen(({ event }) => {
    const isOfIt =
      (event.kind === 'job_changed' && event.job.id === jobId) ||
      (event.kind === 'job_removed' && event.job_id === jobId);
    if (!isOfIt) return;
    isBehind = true;
    void pump();
  });
  const heartbeat = setInterval(() => send(':\n\n'), heartbeatMs);
  void pump();
  return end;
}
