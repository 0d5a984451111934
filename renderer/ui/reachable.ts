/** What scrolls and holds nothing to press is a stop of its own, else a keyboard never reaches its end. */
export const reachable = { tabIndex: 0 } as const;
