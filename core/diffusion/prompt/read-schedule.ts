/** What a prompt says at each step, from 0. */
export interface PromptSchedule {
  /** Whether it says the same at every step. */
  readonly isConstant: boolean;
  at(step: number): string;
}

type Node =
  | string
  /** Side by side. */
  | { readonly kind: 'row'; readonly nodes: readonly Node[] }
  /** `after` from the step `fromStep` on. */
  | { readonly kind: 'switch'; readonly before: Node; readonly after: Node; readonly fromStep: number }
  | { readonly kind: 'alternate'; readonly options: readonly Node[] };

/** A bracket that is open: what stands in it so far, cut at the separators that are its own. */
interface Frame {
  readonly open: '(' | '[' | '';
  readonly segments: Node[][];
  readonly separators: string[];
}

const number = /^\s*(\d+(?:\.\d*)?|\.\d+)\s*$/;
const longestNumber = 64;

/**
 * stable-diffusion-webui's prompt editing: `[from:to:when]`, `[to:when]`, `[from::when]`, and `[a|b]`, nested as one likes. `when` with a point is
 * a part of `steps`, else a step; the first `when` steps have `from`. An alternation takes the next text at every step. What is none of these
 * stays as it is written, its brackets too. Linear in the text's length, whatever is open; source: the syntax as its wiki describes it.
 */
export function readSchedule(text: string, steps: number): PromptSchedule {
  const root = frameOf('');
  const open: Frame[] = [root];
  let squares = 0;
  let isConstant = true;
  let runStart = 0;
  const top = (): Frame => open.at(-1) ?? root;
  const put = (node: Node): void => {
    if (node !== '') top().segments.at(-1)?.push(node);
  };
  const flush = (end: number): void => put(text.slice(runStart, end));
  /** The innermost bracket was none: its mark and what follows are text. */
  const giveUp = (): void => {
    const frame = open.pop() ?? root;
    if (frame.open === '[') squares--;
    put(literal(frame, ''));
  };

  for (let at = 0; at < text.length; at++) {
    const mark = text[at] ?? '';
    if (mark === '\\') {
      at++;
      continue;
    }
    if (!'()[]:|'.includes(mark)) continue;
    const { open: innermost } = top();
    if (mark === '(' || mark === '[') {
      flush(at);
      open.push(frameOf(mark));
      if (mark === '[') squares++;
    } else if ((mark === ':' || mark === '|') && innermost === '[') {
      flush(at);
      top().separators.push(mark);
      top().segments.push([]);
    } else if (mark === ')' && innermost === '(') {
      flush(at);
      put(literal(open.pop() ?? root, ')'));
    } else if (mark === ']' && squares > 0) {
      flush(at);
      while (top().open !== '[') giveUp();
      squares--;
      const edit = editOf(open.pop() ?? root, steps);
      if (typeof edit !== 'string' && edit.kind !== 'row') isConstant = false;
      put(edit);
    } else continue;
    runStart = at + 1;
  }
  flush(text.length);
  while (open.length > 1) giveUp();
  const whole = rowOf(root.segments[0] ?? []);
  return { isConstant, at: isConstant ? () => text : (step) => writeAt(whole, step) };
}

const frameOf = (open: Frame['open']): Frame => ({ open, segments: [[]], separators: [] });

const rowOf = (nodes: readonly Node[]): Node => ({ kind: 'row', nodes });

function literal({ open, segments, separators }: Frame, close: string): Node {
  return rowOf([open, ...segments.flatMap((nodes, at) => [rowOf(nodes), separators[at] ?? '']), close]);
}

function editOf(frame: Frame, steps: number): Node {
  const { segments, separators } = frame;
  const [first, ...more] = separators;
  if (first === undefined) return literal(frame, ']');
  if (separators.every((mark) => mark === '|')) return { kind: 'alternate', options: segments.map(rowOf) };
  const fromStep = stepOf(segments.at(-1) ?? [], steps);
  if (fromStep === null || more.length > 1 || separators.includes('|')) return literal(frame, ']');
  const [before, after] = more.length === 0 ? [[], segments[0]] : [segments[0], segments[1]];
  return { kind: 'switch', before: rowOf(before ?? []), after: rowOf(after ?? []), fromStep };
}

function stepOf(nodes: readonly Node[], steps: number): number | null {
  const [written, ...more] = nodes;
  if (typeof written !== 'string' || more.length > 0 || written.length > longestNumber) return null;
  const digits = number.exec(written)?.[1];
  if (digits === undefined) return null;
  return Math.trunc(digits.includes('.') ? Number(digits) * steps : Number(digits));
}

/** With a stack of its own: brackets may be nested deeper than calls can be. */
function writeAt(whole: Node, step: number): string {
  const written: string[] = [];
  const left: Node[] = [whole];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (typeof node === 'string') written.push(node);
    else if (node.kind === 'switch') left.push(step < node.fromStep ? node.before : node.after);
    else if (node.kind === 'alternate') left.push(node.options[step % node.options.length] ?? '');
    else for (let index = node.nodes.length - 1; index >= 0; index--) left.push(node.nodes[index] ?? '');
  }
  return written.join('');
}
