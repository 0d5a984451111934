import { type CloneCodec, cloneCodec } from './clone-codec.ts';

// What is put into every page: one half of a bridge in its main world, the other with the preload script in an isolated world. So context
// isolation is real, and the preload can require 'electron' and nothing else, as in Electron's sandbox. These functions travel as source:
// each uses nothing from outside itself.

type Message = Readonly<Record<string, unknown>> & { readonly kind: string; readonly id?: number };

interface Peer {
  emit(message: Message): void;
  pack(value: unknown): unknown;
  unpack(value: unknown): unknown;
  readonly on: Record<string, (message: Message) => void>;
}

/**
 * Two worlds share the document and no objects. A CustomEvent's detail is structured-cloned between them and dispatching is synchronous,
 * which is what contextBridge needs. Functions cross as numbers.
 */
function peer(incoming: string, outgoing: string): Peer {
  type Call = (...args: unknown[]) => unknown;
  const functions = new Map<number, Call>();
  const calls = new Map<number, (message: Message) => void>();
  let lastId = 0;
  const emit = (message: Message): void => {
    document.dispatchEvent(new CustomEvent(outgoing, { detail: message }));
  };
  const isPlain = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' &&
    value !== null &&
    (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null);
  const pack = (value: unknown): unknown => {
    if (typeof value === 'function') {
      lastId += 1;
      functions.set(lastId, value as Call);
      return { standInFunction: lastId };
    }
    if (typeof value === 'symbol') throw new Error('An object could not be cloned.');
    if (Array.isArray(value)) return value.map(pack);
    if (value instanceof Error) return { standInError: value.message };
    if (isPlain(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pack(item)]));
    return value;
  };
  const unpack = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(unpack);
    if (!isPlain(value)) return value;
    const { standInFunction, standInError } = value;
    if (typeof standInFunction === 'number') return (...args: unknown[]) => call(standInFunction, args);
    if (typeof standInError === 'string') return new Error(standInError);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item)]));
  };
  const call = (target: number, args: unknown[]): unknown => {
    lastId += 1;
    const id = lastId;
    const answers: Message[] = [];
    calls.set(id, (message) => answers.push(message));
    emit({ kind: 'call', id, target, args: pack(args) });
    const [answer] = answers;
    if (!answer) throw new Error('stand-in: the other world did not answer');
    if (answer.kind === 'threw') throw unpack(answer.value);
    if (answer.kind === 'value') return unpack(answer.value);
    return new Promise((resolve, reject) => {
      calls.set(id, (message) => {
        calls.delete(id);
        if (message.kind === 'rejected') reject(unpack(message.value));
        else resolve(unpack(message.value));
      });
    });
  };
  const on: Record<string, (message: Message) => void> = {
    call: ({ id = 0, target, args }) => {
      let result: unknown;
      try {
        result = functions.get(Number(target))?.(...(unpack(args) as unknown[]));
      } catch (error) {
        emit({ kind: 'threw', id, value: pack(error) });
        return;
      }
      if (!(result instanceof Promise)) {
        emit({ kind: 'value', id, value: pack(result) });
        return;
      }
      emit({ kind: 'promise', id });
      result.then(
        (value: unknown) => emit({ kind: 'resolved', id, value: pack(value) }),
        (error: unknown) => emit({ kind: 'rejected', id, value: pack(error) }),
      );
    },
  };
  document.addEventListener(incoming, (event) => {
    const message = (event as CustomEvent<Message>).detail;
    const own = on[message.kind];
    if (own) own(message);
    else calls.get(message.id ?? 0)?.(message);
  });
  return { emit, pack, unpack, on };
}

function exposeHere({ on, unpack }: Peer): void {
  const freeze = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    Object.values(value).forEach(freeze);
    return Object.freeze(value);
  };
  on.expose = ({ key, api }) => {
    Object.defineProperty(window, String(key), { value: freeze(unpack(api)), enumerable: true });
  };
}

/** The module 'electron' as a sandboxed preload sees it. */
function preloadModule({ emit, pack }: Peer, { encode, decode }: CloneCodec): object {
  type Listener = (event: object, ...args: unknown[]) => void;
  type Incoming =
    | { kind: 'event'; channel: string; args: string }
    | { kind: 'answer'; id: number; value: string }
    | { kind: 'refusal'; id: number; message: string };
  const world = globalThis as unknown as {
    standInSend(text: string): void;
    standInReceive(message: Incoming): void;
  };
  const listeners = new Map<string, Listener[]>();
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  world.standInReceive = (message) => {
    if (message.kind === 'event') {
      for (const listener of listeners.get(message.channel) ?? []) listener({}, ...(decode(message.args) as unknown[]));
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.kind === 'answer') call?.resolve(decode(message.value));
    else call?.reject(new Error(message.message));
  };
  return {
    contextBridge: {
      exposeInMainWorld: (key: string, api: unknown) => emit({ kind: 'expose', key, api: pack(api) }),
    },
    ipcRenderer: {
      invoke: (channel: string, ...args: unknown[]) => {
        lastId += 1;
        const text = encode(args);
        const call = Promise.withResolvers<unknown>();
        waiting.set(lastId, call);
        world.standInSend(JSON.stringify({ id: lastId, channel, args: text }));
        return call.promise;
      },
      on: (channel: string, listener: Listener) => {
        listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      },
      off: (channel: string, listener: Listener) => {
        listeners.set(
          channel,
          (listeners.get(channel) ?? []).filter((own) => own !== listener),
        );
      },
    },
  };
}

export const isolatedWorldName = 'Electron Isolated Context';

/**
 * `window.open` only tells the main process and gives null, as it does in Electron when the handler denies. Left to Chromium it would make
 * a page of its own for a moment, and the opener waits for that page while whoever drives the browser waits for the opener.
 */
function askToOpen(): void {
  const scope = globalThis as unknown as { standInOpen: (url: string) => void; open: unknown };
  const ask = scope.standInOpen;
  scope.open = (url = 'about:blank') => {
    ask(String(new URL(url, document.baseURI)));
    return null;
  };
}

export const mainWorldScript = `(${exposeHere})((${peer})('stand-in:to-main', 'stand-in:to-isolated'));(${askToOpen})();`;

export function isolatedWorldScript(preload: string): string {
  return `(() => {
    const electron = (${preloadModule})((${peer})('stand-in:to-isolated', 'stand-in:to-main'), (${cloneCodec})());
    // Synchronous in Electron, so the page stops here and the answer is written from outside. Not into a variable: after some hundred calls
    // V8 compiles this, and what a debugger writes into a compiled function's variables may be lost.
    function standInFilePath(standInFile) {
      globalThis.standInPath = '';
      debugger;
      return globalThis.standInPath;
    }
    electron.webUtils = { getPathForFile: (file) => standInFilePath(file) };
    const require = (id) => {
      if (/^electron(\\/(renderer|common))?$/.test(id)) return electron;
      throw new Error('module not found: ' + id);
    };
    const process = ${JSON.stringify({ platform: process.platform, arch: process.arch, sandboxed: true, contextIsolated: true })};
    const module = { exports: {} };
    (function (require, process, module, exports) {${preload}
    })(require, process, module, module.exports);
  })()`;
}
