import type { ShellRequest } from '../core/contract/shell/shell-request.ts';

/** Requests on their way to the page. */
export interface ShellRequests {
  ask(request: ShellRequest): void;
  /** The page listens from now on; the answer is what was asked before it did. */
  listening(): readonly ShellRequest[];
  /** The page is being loaded anew: what is asked from now on waits until it listens again. */
  reloading(): void;
}

/** What is asked before the page is there waits for it: a start with a file comes before the window does. */
export function createShellRequests(send: (request: ShellRequest) => void): ShellRequests {
  let waiting: ShellRequest[] = [];
  let isListening = false;
  return {
    ask(request) {
      if (isListening) send(request);
      else waiting.push(request);
    },
    listening() {
      isListening = true;
      const requests = waiting;
      waiting = [];
      return requests;
    },
    reloading() {
      isListening = false;
    },
  };
}
