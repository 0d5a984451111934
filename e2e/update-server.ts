import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of newer versions, as a static host is one: a list, and the package that stands in it. */
export interface UpdateServer {
  readonly url: string;
  /** The paths that were asked for. */
  readonly asked: readonly string[];
  /** The package is sent slowly, up to its half; this sends the rest. */
  release(): void;
  close(): void;
}

const name = 'Vitrine-9.9.9.AppImage';
/** electron-updater tells of its progress once a second, and only when something comes. */
const sendEveryMs = 200;

interface Sending {
  readonly response: ServerResponse;
  readonly timer: NodeJS.Timeout;
  sent: number;
}

function sendSome(sending: Sending, content: Buffer): void {
  const end = Math.min(content.length >> 1, sending.sent + Math.ceil(content.length / 100));
  sending.response.write(content.subarray(sending.sent, end));
  sending.sent = end;
}

/** @param isHonest whether the package is the one that the list announces */
export async function serveUpdate(content: Buffer, isHonest = true): Promise<UpdateServer> {
  const asked: string[] = [];
  const sending = new Set<Sending>();
  const announced = isHonest ? content : Buffer.concat([content, Buffer.from('x')]);
  const sha512 = createHash('sha512').update(announced).digest('base64');
  const list = [
    'version: 9.9.9',
    `files: [{ url: ${name}, sha512: "${sha512}", size: ${content.length} }]`,
    `path: ${name}`,
    `sha512: "${sha512}"`,
    'releaseDate: "2026-01-01T00:00:00.000Z"',
  ].join('\n');
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    if (/^\/latest-linux(-arm64)?\.yml/.test(url)) response.end(list);
    else if (url === `/${name}`) {
      response.writeHead(200, { 'content-length': content.length });
      const own: Sending = { response, sent: 0, timer: setInterval(() => sendSome(own, content), sendEveryMs) };
      sending.add(own);
    } else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    release: () => {
      for (const { response, sent, timer } of sending) {
        clearInterval(timer);
        response.end(content.subarray(sent));
      }
      sending.clear();
    },
    close: () => {
      for (const { timer } of sending) clearInterval(timer);
      server.close();
      server.closeAllConnections();
    },
  };
}
