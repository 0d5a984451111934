import { EventEmitter } from 'node:events';
import { app } from './app.ts';
import { browser, type OpenWindow, windows } from './browser.ts';
import { cancelable } from './cancelable.ts';
import { WebContents, type WebPreferences } from './web-contents.ts';

interface WindowOptions {
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  readonly show?: boolean;
  readonly title?: string;
  readonly webPreferences?: WebPreferences;
}

/** A window whose place and state are only kept in mind: Chromium shows its page, or not when headless. */
export class BrowserWindow extends EventEmitter implements OpenWindow {
  readonly webContents: WebContents;
  /** In the taskbar; below 0 there is none. */
  progress = -1;
  readonly #bounds: { x: number; y: number; width: number; height: number };
  readonly #title: string;
  #isVisible: boolean;
  #isMaximized = false;
  #isGone = false;

  constructor({
    x = 0,
    y = 0,
    width = 800,
    height = 600,
    show = true,
    title,
    webPreferences = {},
  }: WindowOptions = {}) {
    super();
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    this.#bounds = { x, y, width, height };
    this.#title = title ?? app.getName();
    this.#isVisible = show;
    this.webContents = new WebContents(webPreferences, { width, height }, () => this.close());
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'));
    windows.add(this);
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows].filter((window) => window instanceof BrowserWindow);
  }
  static fromWebContents(contents: WebContents | undefined): BrowserWindow | null {
    return BrowserWindow.getAllWindows().find((window) => window.webContents === contents) ?? null;
  }

  get targetId(): string | undefined {
    return this.webContents.targetId;
  }
  async requestClose(): Promise<void> {
    const event = cancelable();
    if (!this.#isGone) this.emit('close', event);
    if (this.#isGone || event.defaultPrevented) return;
    await this.webContents.whenUp();
    // Fails when the browser is gone already.
    await browser()
      .send('Target.closeTarget', { targetId: this.targetId })
      .catch(() => {});
    this.gone();
  }
  gone(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.webContents.isGone = true;
    windows.delete(this);
    this.emit('closed');
    if (windows.size > 0 || app.isQuitting) return;
    if (app.listenerCount('window-all-closed') > 0) app.emit('window-all-closed');
    else app.quit();
  }

  // Electron's own.
  loadURL(url: string): Promise<void> {
    return this.webContents.load(url);
  }
  close(): void {
    void this.requestClose();
  }
  isDestroyed(): boolean {
    return this.#isGone;
  }
  show(): void {
    this.#isVisible = true;
  }
  focus(): void {
    this.emit('focus');
  }
  restore(): void {}
  isMinimized(): boolean {
    return false;
  }
  isVisible(): boolean {
    return this.#isVisible;
  }
  maximize(): void {
    this.#isMaximized = true;
  }
  isMaximized(): boolean {
    return this.#isMaximized;
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return { ...this.#bounds };
  }
  setBounds(bounds: { x: number; y: number; width: number; height: number }): void {
    Object.assign(this.#bounds, bounds);
  }
  setProgressBar(progress: number): void {
    this.progress = progress;
  }
  getTitle(): string {
    return this.#title;
  }
}
