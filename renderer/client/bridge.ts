import type { CommandName } from '../../core/contract/command.ts';
import type { SequencedEvent } from '../../core/contract/event.ts';
import type { Failure } from '../../core/contract/failure.ts';
import type { ShellRequest } from '../../core/contract/shell/shell-request.ts';
import type { UpdateAct, Updates } from '../../core/contract/shell/updates.ts';

/** What a call over the bridge ends in: a failure is data, so that its code and facts survive the crossing. */
export type BridgeAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly failure: Failure };

/** What the preload script exposes as `window.vitrine`: this and nothing else. */
export interface Bridge {
  call(name: CommandName, input: unknown): Promise<BridgeAnswer>;
  /** Returns what ends the listening. */
  listen(listener: (event: SequencedEvent) => void): () => void;
  /** Where a dropped file lies on disk; empty when it doesn't. */
  pathOf(file: File): string;
  /** The system's folder dialog; null when it was dismissed. */
  pickFolder(): Promise<string | null>;
  /** Shows a file or folder in the system's file manager. */
  revealPath(path: string): Promise<void>;
  /** What the shell asks of the page, from the beginning. Returns what ends the listening. */
  listenToShell(listener: (request: ShellRequest) => void): () => void;
  /** Ends the program in order and starts it again. */
  restart(): Promise<void>;
  /** A BCP 47 tag: the native menu follows. */
  setLanguage(language: string): Promise<void>;
  /** How it stands with newer versions of the program. */
  showUpdates(): Promise<Updates>;
  /** Answers with how it stands then. */
  actOnUpdates(act: UpdateAct): Promise<Updates>;
  /** Every change from now on. Returns what ends the listening. */
  listenToUpdates(listener: (updates: Updates) => void): () => void;
  /** Node's name of the platform: `darwin`, `linux`, `win32`. */
  readonly platform: string;
}

declare global {
  interface Window {
    readonly vitrine?: Bridge;
  }
}
