import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { browser, windows } from './browser.ts';
import { cancelable } from './cancelable.ts';
import { cloneCodec } from './clone-codec.ts';
import { handlerOf, heldRequests, toChromium, toElectron } from './content-schemes.ts';
import { ipcMain } from './ipc-main.ts';
import { defaultSession, permissionSettings } from './native.ts';
import { isolatedWorldName, isolatedWorldScript, mainWorldScript } from './page-worlds.ts';

export interface WebPreferences {
  readonly preload?: string;
  readonly sandbox?: boolean;
  readonly contextIsolation?: boolean;
  readonly nodeIntegration?: boolean;
}

interface PausedRequest {
  readonly requestId: string;
  readonly frameId: string;
  readonly resourceType: string;
  readonly request: {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly postData?: string;
  };
}

type WindowOpenHandler = (details: { readonly url: string }) => { readonly action: 'allow' | 'deny' };

const { encode, decode } = cloneCodec();

/** One page: a target of the browser, its preload, its IPC, the schemes it may load from. */
export class WebContents extends EventEmitter {
  readonly session = defaultSession;
  readonly mainFrame = { url: '', parent: null };
  isGone = false;
  targetId: string | undefined;
  readonly #up: Promise<void>;
  #session: string | undefined;
  /** The preload's world in the page that is loaded now. */
  #world: number | undefined;
  /** The address that the main process itself asked for: no "will-navigate" for it. */
  #asked: string | undefined;
  #openHandler: WindowOpenHandler = () => ({ action: 'allow' });
  readonly #close: () => void;

  constructor(
    preferences: WebPreferences,
    size: { readonly width: number; readonly height: number },
    close: () => void,
  ) {
    super();
    this.#close = close;
    this.#up = this.#create(preferences, size);
    this.#up.catch((error: unknown) => console.error('stand-in:', error));
  }

  async #create({ preload, ...rest }: WebPreferences, size: { readonly width: number; readonly height: number }) {
    if (!rest.sandbox || rest.contextIsolation === false || rest.nodeIntegration)
      throw new Error('only sandboxed, isolated pages without Node are shown here');
    const target = { url: 'about:blank', ...size, newWindow: true };
    const { targetId } = await browser().send<{ targetId: string }>('Target.createTarget', target);
    const attached = { targetId, flatten: true };
    this.targetId = targetId;
    this.#session = (await browser().send<{ sessionId: string }>('Target.attachToTarget', attached)).sessionId;
    this.#listen(targetId);
    await Promise.all(['Page', 'Runtime', 'Inspector', 'Debugger'].map((domain) => this.#send(`${domain}.enable`)));
    await this.#send('Runtime.addBinding', { name: 'standInSend', executionContextName: isolatedWorldName });
    await this.#send('Runtime.addBinding', { name: 'standInOpen' });
    await this.#send('Page.addScriptToEvaluateOnNewDocument', { source: mainWorldScript });
    await this.#send('Page.addScriptToEvaluateOnNewDocument', {
      source: isolatedWorldScript(preload ? readFileSync(preload, 'utf8') : ''),
      worldName: isolatedWorldName,
    });
  }

  #listen(targetId: string): void {
    const on = <Params>(method: string, listener: (params: Params) => void) =>
      browser().on(method, listener, this.#session);
    on<{ context: { id: number; name: string; auxData?: { frameId: string } } }>(
      'Runtime.executionContextCreated',
      ({ context }) => {
        if (context.name === isolatedWorldName && context.auxData?.frameId === targetId) this.#world = context.id;
      },
    );
    on('Runtime.executionContextsCleared', () => {
      this.#world = undefined;
    });
    type Call = { name: string; payload: string; executionContextId: number };
    on<Call>('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === 'standInOpen') this.#refuseToOpen(payload);
      else if (executionContextId === this.#world) void this.#invoked(JSON.parse(payload));
    });
    on<{ frame: { url: string; parentId?: string } }>('Page.frameNavigated', ({ frame }) => {
      if (!frame.parentId) this.mainFrame.url = toElectron(frame.url);
    });
    on('Inspector.targetCrashed', () => {
      this.#world = undefined;
      this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
    });
    on('Page.loadEventFired', () => this.emit('did-finish-load'));
    // By a link with a target: its address is told, and the page that Chromium made is closed.
    on<{ url: string }>('Page.windowOpen', ({ url }) => this.#refuseToOpen(url));
    browser().on<{ targetInfo: { targetId: string; openerId?: string } }>('Target.targetCreated', ({ targetInfo }) => {
      if (targetInfo.openerId === targetId)
        browser()
          .send('Target.closeTarget', { targetId: targetInfo.targetId })
          .catch(() => {});
    });
    on<PausedRequest>('Fetch.requestPaused', (paused) => void this.#serve(paused));
    on<{ callFrames: { callFrameId: string; functionName: string }[] }>('Debugger.paused', ({ callFrames }) => {
      void this.#resume(callFrames[0]);
    });
  }

  #refuseToOpen(url: string): void {
    const { action } = this.#openHandler({ url: toElectron(url) });
    if (action !== 'deny') console.error(`stand-in: ${url} would have been opened in a window of its own`);
  }

  #send<Result>(method: string, params: object = {}): Promise<Result> {
    return browser().send<Result>(method, params, this.#session);
  }

  /** Answers a request that was held: a navigation that the app refuses, a scheme of its own, or let through. */
  async #serve({ requestId, frameId, resourceType, request }: PausedRequest): Promise<void> {
    const url = toElectron(request.url);
    try {
      if (resourceType === 'Document' && frameId === this.targetId && !this.#mayNavigate(url)) {
        await this.#send('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
        return;
      }
      const handler = handlerOf(url);
      if (!handler) {
        await this.#send('Fetch.continueRequest', { requestId });
        return;
      }
      const { method, headers, postData } = request;
      const response = await handler(
        new Request(url, { method, headers, ...(postData !== undefined && { body: postData }) }),
      );
      await this.#send('Fetch.fulfillRequest', {
        requestId,
        responseCode: response.status,
        responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
        body: Buffer.from(await response.arrayBuffer()).toString('base64'),
      });
    } catch (error) {
      if (this.isGone) return;
      console.error(`stand-in: ${url}:`, error);
      await this.#send('Fetch.failRequest', { requestId, errorReason: 'Failed' }).catch(() => {});
    }
  }

  #mayNavigate(url: string): boolean {
    if (url === this.#asked) {
      this.#asked = undefined;
      return true;
    }
    if (url === this.mainFrame.url) return true;
    const event = cancelable();
    this.emit('will-navigate', event, url);
    return !event.defaultPrevented;
  }

  /** The preload waits at its `debugger` statement for the path of a file. */
  async #resume(frame: { callFrameId: string; functionName: string } | undefined): Promise<void> {
    if (frame?.functionName === 'standInFilePath') {
      const evaluate = (expression: string) =>
        this.#send<{ result: { objectId?: string } }>('Debugger.evaluateOnCallFrame', {
          callFrameId: frame.callFrameId,
          expression,
        });
      const { objectId } = (await evaluate('standInFile')).result;
      // A file that was made by script has none.
      const { path } = await this.#send<{ path: string }>('DOM.getFileInfo', { objectId }).catch(() => ({ path: '' }));
      await evaluate(`globalThis.standInPath = ${JSON.stringify(path)}`);
    }
    await this.#send('Debugger.resume').catch(() => {});
  }

  async #invoked({ id, channel, args }: { id: number; channel: string; args: string }): Promise<void> {
    const event = { sender: this, senderFrame: this.mainFrame };
    await ipcMain
      .invoke(channel, event, decode(args) as unknown[])
      .then((value) => this.#deliver({ kind: 'answer', id, value: encode(value) }))
      .catch((error: Error) => this.#deliver({ kind: 'refusal', id, message: error.message }));
  }

  #deliver(message: object): void {
    if (this.#world === undefined) return;
    // Fails when the page has been left in between: nobody is there to be told.
    this.#send('Runtime.callFunctionOn', {
      executionContextId: this.#world,
      functionDeclaration: '(message) => standInReceive(message)',
      arguments: [{ value: message }],
    }).catch(() => {});
  }

  async load(url: string): Promise<void> {
    await this.#up;
    for (const setting of permissionSettings()) await browser().send('Browser.setPermission', setting);
    await this.#send('Fetch.enable', { patterns: heldRequests() });
    const loaded = new Promise((resolve) => this.once('did-finish-load', resolve));
    this.#asked = url;
    const { errorText } = await this.#send<{ errorText?: string }>('Page.navigate', { url: toChromium(url) });
    if (errorText) throw new Error(`${errorText} loading '${url}'`);
    await loaded;
  }

  async whenUp(): Promise<void> {
    await this.#up.catch(() => {});
  }

  // Electron's own.
  send(channel: string, ...args: unknown[]): void {
    if (this.isGone) throw new TypeError('Object has been destroyed');
    this.#deliver({ kind: 'event', channel, args: encode(args) });
  }
  setWindowOpenHandler(handler: WindowOpenHandler): void {
    this.#openHandler = handler;
  }
  reload(): void {
    this.load(this.mainFrame.url).catch((error: unknown) => console.error('stand-in:', error));
  }
  forcefullyCrashRenderer(): void {
    // Never answered: who should?
    this.#send('Page.crash').catch(() => {});
  }
  getURL(): string {
    return this.mainFrame.url;
  }
  isDestroyed(): boolean {
    return this.isGone;
  }
  close(): void {
    this.#close();
  }
}

export const webContents = {
  fromDevToolsTargetId: (targetId: string) => [...windows].find((window) => window.targetId === targetId)?.webContents,
};
