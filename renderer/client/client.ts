import type { Client } from '../../core/contract/command.ts';
import type { SequencedEvent } from '../../core/contract/event.ts';
import type { Artifact } from '../../core/contract/jobs/job.ts';
import type { ShellRequest } from '../../core/contract/shell/shell-request.ts';
import type { UpdateAct, Updates } from '../../core/contract/shell/updates.ts';

export interface EventListener {
  event(message: SequencedEvent): void;
  /** The stream stands, for the first time or again: what happened in between is unknown. */
  opened(): void;
  lost(): void;
}

/** What only the desktop shell can do. */
export interface Desktop {
  pathOf(file: File): string;
  pickFolder(): Promise<string | null>;
  revealPath(path: string): Promise<void>;
  /** What its menus and the system ask of the page. Returns what ends the listening. */
  listenToShell(listener: (request: ShellRequest) => void): () => void;
  setLanguage(language: string): Promise<void>;
  restart(): Promise<void>;
  showUpdates(): Promise<Updates>;
  actOnUpdates(act: UpdateAct): Promise<Updates>;
  /** Returns what ends the listening. */
  listenToUpdates(listener: (updates: Updates) => void): () => void;
}

/** The core as the window sees it. In a browser `desktop` is null; nothing else differs. */
export interface WindowClient extends Client {
  listen(listener: EventListener): () => void;
  pictureUrl(artifact: Artifact): string;
  /** Of the picture that a person chose for a model. */
  previewUrl(modelId: string): string;
  readonly desktop: Desktop | null;
  readonly platform: string;
}

/** The core did not answer at all: no failure of its own, and nothing is known of what it did. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}
