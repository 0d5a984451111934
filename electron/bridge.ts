import type { Failure } from '../core/contract/failure.ts';
import type { ShellRequest } from '../core/contract/shell/shell-request.ts';
import type { UpdateAct, Updates } from '../core/contract/shell/updates.ts';

/** What a command's caller gets across the process border: a rejection would lose all but its message there. */
export type Reply = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly failure: Failure };

/** `window.vitrine`: all that the page can reach outside itself. It knows commands, never channels. */
export interface Bridge {
  call(name: string, input: unknown): Promise<Reply>;
  /** Every event of the core from now on, as `SequencedEvent`; the answer ends it. */
  listen(listener: (event: unknown) => void): () => void;
  /** The path of a dropped or picked file or folder; '' for one that was made by script. */
  pathOf(file: File): string;
  /** Null when the dialog was dismissed. */
  pickFolder(): Promise<string | null>;
  revealPath(path: string): Promise<void>;
  /** Every request of the shell, those from before the page was there first; the answer ends it. */
  listenToShell(listener: (request: ShellRequest) => void): () => void;
  /** Ends the program in order and starts it again. */
  restart(): Promise<void>;
  /** The language that the page is shown in, a BCP 47 tag: the native menu follows. */
  setLanguage(language: string): Promise<void>;
  /** How it stands with newer versions of the program. */
  showUpdates(): Promise<Updates>;
  /** Answers with how it stands then. */
  actOnUpdates(act: UpdateAct): Promise<Updates>;
  /** Every change from now on; the answer ends it. */
  listenToUpdates(listener: (updates: Updates) => void): () => void;
  readonly platform: string;
}

export const channels = {
  call: 'vitrine:call',
  event: 'vitrine:event',
  pickFolder: 'vitrine:pick-folder',
  restart: 'vitrine:restart',
  revealPath: 'vitrine:reveal-path',
  shellRequest: 'vitrine:shell-request',
  shellListening: 'vitrine:shell-listening',
  setLanguage: 'vitrine:set-language',
  showUpdates: 'vitrine:show-updates',
  actOnUpdates: 'vitrine:act-on-updates',
  updates: 'vitrine:updates',
} as const;
