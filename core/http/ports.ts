import type { SequencedEvent } from '../contract/event.ts';

/** The core's stream of events as the HTTP door needs it. */
export interface EventSource {
  listen(listener: (event: SequencedEvent) => void): () => void;
  since(sequence: number): readonly SequencedEvent[] | null;
  readonly sequence: number;
}

/** Finds the file of a picture; null where no job made one of that id. */
export interface Pictures {
  pathOf(artifactId: string): string | null;
}

/** The part of a pino logger that the door uses. */
export interface DoorLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
