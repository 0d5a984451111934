/** Seconds of ours before, between and after the rival's. */
export interface Turns {
  readonly own: readonly (readonly number[])[];
  readonly rival: readonly number[];
}

/** Ours, the rival, ours, and so on: each turn of the rival has one of ours on both sides. Without a rival ours alone. */
export async function takeTurns(
  rounds: number,
  own: () => Promise<readonly number[]>,
  rival: (() => Promise<number>) | null,
): Promise<Turns> {
  const [ours, theirs]: [(readonly number[])[], number[]] = [[await own()], []];
  for (let round = rival === null ? 1 : 0; round < rounds; round++) {
    if (rival !== null) theirs.push(await rival());
    ours.push(await own());
  }
  return { own: ours, rival: theirs };
}

/** How many times as long the rival takes: the median of its turns, each held against ours before and after it. The machine's speed drifts. */
export function ratioOf({ own, rival }: Turns): number {
  return median(rival.map((seconds, at) => (2 * seconds) / (median(own[at] ?? []) + median(own[at + 1] ?? []))));
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right);
  const [lower, upper] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return lower === undefined || upper === undefined ? Number.NaN : (lower + upper) / 2;
}
