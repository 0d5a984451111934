import type { PromptProblem } from '../../contract/generate/prompt.ts';

/** So many are told; the rest are of the same kind. */
const mostTold = 20;

const closing = { '(': ')', '[': ']' } as const;
type Opening = keyof typeof closing;

/** Brackets without their other half: they are read (to the end, or as text), but are seldom meant. Linear in the text's length. */
export function bracketProblems(text: string): readonly PromptProblem[] {
  const open: Record<Opening, number[]> = { '(': [], '[': [] };
  const problems: PromptProblem[] = [];
  for (let at = 0; at < text.length; at++) {
    const mark = text[at];
    if (mark === '\\') at++;
    else if (mark === '(' || mark === '[') open[mark].push(at);
    else if (mark === ')' || mark === ']') {
      if (open[mark === ')' ? '(' : '['].pop() === undefined)
        problems.push({ code: 'not_opened', at, mark, message: `Nothing opens "${mark}": it is read as text.` });
    }
  }
  for (const mark of ['(', '['] as const)
    for (const at of open[mark])
      problems.push({
        code: 'not_closed',
        at,
        mark,
        message: `"${mark}" is not closed by "${closing[mark]}": it counts to the end.`,
      });
  return problems.sort((one, other) => (one.at ?? 0) - (other.at ?? 0)).slice(0, mostTold);
}
