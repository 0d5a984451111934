import type { Bridge } from './bridge.ts';

// Stands before the window's own code and must stay small: it imports nothing.

/** What the next window will ask first, as the last one left it: the input of `models.list`, and the same as an address of the HTTP door. */
export interface FirstQuestion {
  readonly input: Readonly<Record<string, unknown>>;
  readonly path: string;
}

/** The question that went ahead, with the core's answer. Taken once: what is asked again is asked anew. */
export interface Ahead {
  readonly question: FirstQuestion;
  /** What `fetch` gives in a browser, what the bridge gives in the desktop shell. */
  readonly answer: Promise<unknown>;
}

declare global {
  interface Window {
    ahead?: Ahead | undefined;
  }
}

export const firstQuestionKey = 'vitrine/first-question/1';

interface Place {
  ahead?: Ahead | undefined;
  readonly vitrine?: Pick<Bridge, 'call'>;
  readonly fetch: typeof fetch;
}

/** Asks what the last window left to be asked; nothing where it left nothing, or nothing of use. */
export function askAhead(place: Place, storage: Pick<Storage, 'getItem'>): void {
  try {
    const question: FirstQuestion | null = JSON.parse(storage.getItem(firstQuestionKey) ?? 'null');
    if (!question?.path.startsWith('/api/v1/models?')) return;
    const answer = place.vitrine ? place.vitrine.call('models.list', question.input) : place.fetch(question.path);
    // Whoever takes it meets the fault; nobody needs to.
    answer.catch(() => undefined);
    place.ahead = { question, answer };
  } catch {
    // A storage that is forbidden or was written over: the window asks for itself.
  }
}
