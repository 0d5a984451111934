import type { AppEvent, SequencedEvent } from './contract/event.ts';

export interface Events {
  emit(event: AppEvent): SequencedEvent;
  /** Calls `listener` for every event from now on; the answer ends that. A listener that throws ends no other. */
  listen(listener: (event: SequencedEvent) => void): () => void;
  /** All events after `sequence`, or null where the backlog no longer reaches that far back: the caller takes a snapshot anew. */
  since(sequence: number): readonly SequencedEvent[] | null;
  /** Of the last event. */
  readonly sequence: number;
}

export interface EventsOptions {
  /**
   * The sequence before the first event. The clock by default, so that the numbers of a restarted core lie beyond all that the one before gave:
   * a listener that comes back with an old number is seen to have missed events, and never takes them for its own.
   */
  readonly startAfter?: number;
  readonly backlogLength?: number;
  readonly onListenerError?: (error: unknown) => void;
}

/** The core's stream of events, numbered, with a bounded backlog for listeners that were away for a moment. */
export function createEvents({
  startAfter = Date.now(),
  backlogLength = 256,
  onListenerError = () => {},
}: EventsOptions = {}): Events {
  const listeners = new Set<(event: SequencedEvent) => void>();
  const backlog: SequencedEvent[] = [];
  let sequence = startAfter;
  return {
    emit(event) {
      sequence += 1;
      const sequenced = { sequence, event };
      backlog.push(sequenced);
      if (backlog.length > backlogLength) backlog.shift();
      for (const listener of [...listeners]) {
        try {
          listener(sequenced);
        } catch (error) {
          onListenerError(error);
        }
      }
      return sequenced;
    },
    listen(listener) {
      const own = (event: SequencedEvent) => listener(event);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
    since(after) {
      if (after === sequence) return [];
      const oldest = sequence - backlog.length;
      return after < oldest || after > sequence ? null : backlog.slice(after - oldest);
    },
    get sequence() {
      return sequence;
    },
  };
}
