interface Sight {
  /** The first row that is in sight, as far as it may be. */
  readonly startIndex: number;
  /** Rows that are drawn on either side of those in sight. */
  readonly overscan: number;
  /** Of all rows. */
  readonly count: number;
}

/**
 * The rows to draw where so many px are in sight: always equally many, wherever they are scrolled to. A row that comes in takes over what
 * one that leaves was drawn with, in the same turn; its words and picture change, and nothing is made anew.
 */
export function drawnRows({ startIndex, overscan, count }: Sight, heightPx: number, rowHeightPx: number): number[] {
  const drawn = Math.min(count, Math.ceil(heightPx / rowHeightPx) + 1 + 2 * overscan);
  const from = Math.max(0, Math.min(startIndex - overscan, count - drawn));
  return Array.from({ length: drawn }, (_, index) => from + index);
}

/** The place on the screen of a row among so many that are drawn one after the other. */
export function placeOf(row: number, drawn: number): number {
  return row % drawn;
}

/**
 * The drawn rows as they follow each other in the document. While a list is scrolled that is by their places: a row that is moved is taken
 * out of the page and laid out anew, whole, which takes as long as to make it. At rest it is the order that is read.
 */
export function documentOrder<Row extends { readonly index: number }>(
  drawn: readonly Row[],
  isScrolling: boolean,
): readonly Row[] {
  if (!isScrolling) return drawn;
  return drawn.toSorted((a, b) => placeOf(a.index, drawn.length) - placeOf(b.index, drawn.length));
}
