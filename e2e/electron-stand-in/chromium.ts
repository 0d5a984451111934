import { type ChildProcess, spawn } from 'node:child_process';
import { systemChromium } from '../find-chromium.ts';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly sessionId?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Waiting {
  readonly method: string;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A running Chromium and its DevTools protocol. The protocol's shapes are given by the caller: they are Chromium's own, not foreign input. */
export interface Chromium {
  readonly url: string;
  readonly process: ChildProcess;
  send<Result = unknown>(method: string, params?: object, session?: string): Promise<Result>;
  on<Params>(method: string, listener: (params: Params) => void, session?: string): void;
}

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-startup-window',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-search-engine-choice-screen',
];

export async function launchChromium(profilePath: string): Promise<Chromium> {
  const executable = process.env.VITRINE_CHROMIUM ?? systemChromium();
  if (!executable) throw new Error('No Chromium was found. Install one, or name it in VITRINE_CHROMIUM.');
  const mode = process.env.VITRINE_STAND_IN_HEADFUL ? [] : ['--headless'];
  const child = spawn(executable, [...mode, ...quiet, '--remote-debugging-port=0', `--user-data-dir=${profilePath}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  process.on('exit', () => child.kill());
  return connect(child, await debuggerUrl(child));
}

function debuggerUrl(child: ChildProcess): Promise<string> {
  let log = '';
  return new Promise((resolve, reject) => {
    child.stderr?.on('data', (bytes: Buffer) => {
      log += bytes;
      const url = /DevTools listening on (ws:\S+)/.exec(log)?.[1];
      if (url) resolve(url);
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`Chromium ended with ${code}\n${log}`)));
  });
}

async function connect(child: ChildProcess, url: string): Promise<Chromium> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`${url} could not be opened`));
  });
  let lastId = 0;
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<string, ((params: never) => void)[]>();
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id === undefined) {
      for (const listener of listeners.get(`${message.sessionId ?? ''} ${message.method}`) ?? [])
        listener(message.params as never);
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) call?.reject(new Error(`${call.method}: ${message.error.message}`));
    else call?.resolve(message.result);
  };
  socket.onclose = () => {
    for (const call of waiting.values()) call.reject(new Error('Chromium was closed'));
    waiting.clear();
  };
  return {
    url,
    process: child,
    send: <Result>(method: string, params: object = {}, session?: string) =>
      new Promise<Result>((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { method, resolve: (result) => resolve(result as Result), reject });
        socket.send(JSON.stringify({ id: lastId, method, params, sessionId: session }));
      }),
    on: (method, listener, session = '') => {
      const key = `${session} ${method}`;
      listeners.set(key, [...(listeners.get(key) ?? []), listener]);
    },
  };
}
