/**
 * Asks for one group of items after the other, the next one while an answer is looked at, and hands over each item with its answer. Nothing more
 * is asked once `isOver` says so; what was asked is handed over. When one fails, it rejects once nothing is under way any more.
 */
export async function inGroups<Item, Answer>(
  items: readonly Item[],
  size: number,
  {
    ask,
    onAnswer,
    isOver = () => false,
  }: {
    readonly ask: (group: readonly Item[]) => Promise<readonly Answer[]>;
    readonly onAnswer: (item: Item, answer: Answer) => Promise<void> | void;
    readonly isOver?: () => boolean;
  },
): Promise<void> {
  const askFrom = (from: number) => {
    if (from >= items.length || isOver()) return null;
    const group = items.slice(from, from + size);
    const answers = ask(group);
    // Whoever waits hears of it; once a group has failed nobody waits for the next.
    answers.catch(() => undefined);
    return { group, answers };
  };
  let asked = askFrom(0);
  let next: typeof asked = null;
  try {
    for (let from = size; asked !== null; from += size) {
      next = askFrom(from);
      const answers = await asked.answers;
      for (const [at, item] of asked.group.entries()) {
        const answer = answers[at];
        if (answer === undefined) throw new Error('an item has no answer');
        await onAnswer(item, answer);
      }
      asked = next;
    }
  } finally {
    await next?.answers.catch(() => undefined);
  }
}
