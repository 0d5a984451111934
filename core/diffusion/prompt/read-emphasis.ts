/** A stretch of a prompt that counts `weight` times, or the end of a chunk. */
export type PromptPiece =
  | { readonly kind: 'text'; readonly text: string; readonly weight: number }
  | { readonly kind: 'break' };

type Event =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'open'; readonly bracket: Bracket }
  | { readonly kind: 'close'; readonly bracket: Bracket };

interface Bracket {
  readonly shape: '(' | '[';
  factor: number;
}

const round = 1.1;
const square = 1 / 1.1;
const explicit = /:\s*([+-]?[.\d]+)\s*\)/y;

/**
 * stable-diffusion-webui's emphasis: `(x)` counts 1.1 times, `[x]` 1 / 1.1, `(x:1.3)` as it says; nested ones are multiplied. `\(` is a bracket
 * that means itself. A bracket that nothing closes counts to the end, one that nothing opened is text. `BREAK` ends a chunk. Round and square
 * brackets may overlap. Linear in the text's length.
 */
export function readEmphasis(text: string): readonly PromptPiece[] {
  return merged(weighed(eventsOf(text)));
}

function eventsOf(text: string): readonly Event[] {
  const events: Event[] = [];
  const open: Record<Bracket['shape'], Bracket[]> = { '(': [], '[': [] };
  let runStart = 0;
  const flush = (end: number): void => {
    if (end > runStart) events.push({ kind: 'text', text: text.slice(runStart, end) });
  };
  const close = (shape: Bracket['shape'], factor: number): void => {
    const bracket = open[shape].pop();
    if (bracket === undefined) return;
    bracket.factor = factor;
    events.push({ kind: 'close', bracket });
  };

  for (let at = 0; at < text.length; ) {
    const mark = text[at] ?? '';
    let length = 1;
    if (mark === '\\') {
      const isEscape = '\\()[]'.includes(text[at + 1] ?? ' ');
      if (isEscape) {
        flush(at);
        runStart = at + 1;
      }
      at += isEscape ? 2 : 1;
      continue;
    }
    if (mark === '(' || mark === '[') {
      flush(at);
      const bracket: Bracket = { shape: mark, factor: mark === '(' ? round : square };
      open[mark].push(bracket);
      events.push({ kind: 'open', bracket });
    } else if (mark === ')' && open['('].length > 0) {
      flush(at);
      close('(', round);
    } else if (mark === ']' && open['['].length > 0) {
      flush(at);
      close('[', square);
    } else if (mark === ':' && open['('].length > 0) {
      explicit.lastIndex = at;
      const found = explicit.exec(text);
      const factor = Number(found?.[1] ?? Number.NaN);
      if (found === null || Number.isNaN(factor)) {
        at++;
        continue;
      }
      flush(at);
      close('(', factor);
      length = found[0].length;
    } else {
      at++;
      continue;
    }
    at += length;
    runStart = at;
  }
  flush(text.length);
  return events;
}

/** Brackets of one shape are nested in each other, so that each shape's product is a stack. */
function weighed(events: readonly Event[]): readonly PromptPiece[] {
  const products: Record<Bracket['shape'], number[]> = { '(': [1], '[': [1] };
  const pieces: PromptPiece[] = [];
  for (const event of events) {
    if (event.kind === 'open') {
      const { shape, factor } = event.bracket;
      products[shape].push((products[shape].at(-1) ?? 1) * factor);
    } else if (event.kind === 'close') products[event.bracket.shape].pop();
    else pieces.push(...cutAtBreaks(event.text, (products['('].at(-1) ?? 1) * (products['['].at(-1) ?? 1)));
  }
  return pieces;
}

function cutAtBreaks(text: string, weight: number): readonly PromptPiece[] {
  const parts = text.split(/\bBREAK\b/);
  return parts.flatMap((part, index): PromptPiece[] => {
    const fromStart = index > 0 ? part.trimStart() : part;
    const own = index < parts.length - 1 ? fromStart.trimEnd() : fromStart;
    const piece: PromptPiece = { kind: 'text', text: own, weight };
    return index === 0 ? [piece] : [{ kind: 'break' }, piece];
  });
}

/** Neighbours of one weight are one text: an escaped bracket must not cut a word from what it touches. */
function merged(pieces: readonly PromptPiece[]): readonly PromptPiece[] {
  const result: PromptPiece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (piece.kind === 'text' && piece.text === '') continue;
    if (piece.kind === 'text' && last?.kind === 'text' && last.weight === piece.weight)
      result[result.length - 1] = { ...last, text: last.text + piece.text };
    else result.push(piece);
  }
  return result;
}
