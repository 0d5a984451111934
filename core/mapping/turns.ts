/** Runs acts one after the other, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<Result>(act: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(act, act);
    // A failure is its caller's matter; the next one's turn comes all the same.
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
