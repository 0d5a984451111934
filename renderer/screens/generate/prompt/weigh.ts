/** A text with what is selected in it. */
export interface Selected {
  readonly text: string;
  readonly from: number;
  readonly until: number;
}

const step = 0.1;
const least = 0.1;
const weighed = /^\(([\s\S]*):(\d+(?:\.\d+)?)\)$/;

/**
 * Makes the selected words count a tenth more or less, as stable-diffusion-webui writes it: `(words:1.1)`. With nothing selected it is the
 * word at the caret. A weight that is there is changed, and at 1 its brackets go.
 */
export function weigh({ text, from, until }: Selected, direction: 1 | -1): Selected {
  const [start, end] = from === until ? wordAt(text, from) : trimmed(text, from, until);
  if (start === end) return { text, from, until };
  const [outerStart, outerEnd] = withBrackets(text, start, end);
  const outer = text.slice(outerStart, outerEnd);
  const found = weighed.exec(outer);
  const [words, weight] = found ? [found[1] ?? '', Number(found[2])] : [text.slice(start, end), 1];
  const next = Math.round((weight + direction * step) * 100) / 100;
  if (next < least) return { text, from, until };
  const written = next === 1 ? words : `(${words}:${next})`;
  const at = outerStart + (next === 1 ? 0 : 1);
  return {
    text: text.slice(0, found ? outerStart : start) + written + text.slice(found ? outerEnd : end),
    from: at,
    until: at + words.length,
  };
}

/** Puts marks around what is selected, or at the caret. The words between them are selected. */
export function surround({ text, from, until }: Selected, before: string, after: string): Selected {
  const inner = text.slice(from, until);
  return {
    text: text.slice(0, from) + before + inner + after + text.slice(until),
    from: from + before.length,
    until: from + before.length + inner.length,
  };
}

function trimmed(text: string, from: number, until: number): [number, number] {
  const inner = text.slice(from, until);
  const start = from + (inner.length - inner.trimStart().length);
  return [start, Math.max(start, until - (inner.length - inner.trimEnd().length))];
}

const wordLetter = /[\p{L}\p{N}\p{M}_'’-]/u;

function wordAt(text: string, caret: number): [number, number] {
  let [start, end] = [caret, caret];
  while (start > 0 && wordLetter.test(text.charAt(start - 1))) start -= 1;
  while (end < text.length && wordLetter.test(text.charAt(end))) end += 1;
  return [start, end];
}

/** The brackets with a weight right around a stretch, if it has some. */
function withBrackets(text: string, start: number, end: number): [number, number] {
  if (weighed.test(text.slice(start, end))) return [start, end];
  const after = /^:\d+(?:\.\d+)?\)/.exec(text.slice(end));
  return text.charAt(start - 1) === '(' && after ? [start - 1, end + after[0].length] : [start, end];
}
