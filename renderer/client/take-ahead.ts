import type { Ahead, FirstQuestion } from './ask-ahead.ts';
import type { Bridge } from './bridge.ts';

interface Place {
  ahead?: Ahead | undefined;
}

/** The answer to the question that went ahead, if this is that question; once. */
function take(place: Place, isSame: (question: FirstQuestion) => boolean): Promise<unknown> | null {
  const { ahead } = place;
  if (ahead === undefined || !isSame(ahead.question)) return null;
  place.ahead = undefined;
  return ahead.answer;
}

/** `fetch`, which finds the first answer on its way already. */
export function fetchAfter(place: Place, fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return (input, init) => {
    const taken = take(place, ({ path }) => path === input);
    return taken === null ? fetch(input, init) : (taken as Promise<Response>);
  };
}

/** The bridge's `call`, which finds the first answer on its way already. */
export function callAfter(place: Place, call: Bridge['call']): Bridge['call'] {
  return (name, input) => {
    const taken =
      name === 'models.list'
        ? take(place, (question) => JSON.stringify(question.input) === JSON.stringify(input))
        : null;
    return taken === null ? call(name, input) : (taken as ReturnType<Bridge['call']>);
  };
}
