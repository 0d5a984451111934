/** A few more than are ever in sight, in steps: the places stay when one row more or less is drawn. */
const step = 8;

/** The place on the screen that a row takes over from one that left it: what is drawn there changes its words and picture, and is not made anew. */
export function placeOf(row: number, drawn: number): number {
  return row % (Math.ceil(drawn / step) * step);
}
