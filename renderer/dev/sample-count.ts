import type { PromptCount } from '../../core/contract/generate/prompt.ts';

const limit = 75;

/** A word or a mark is about a token. */
export function sampleCount(prompt: string): PromptCount {
  const tokens = prompt.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu)?.length ?? 0;
  const full = Array<number>(Math.floor(tokens / limit)).fill(limit);
  const chunks = tokens % limit > 0 || tokens === 0 ? [...full, tokens % limit] : full;
  const at = prompt.lastIndexOf('(');
  const isOpen = at > prompt.lastIndexOf(')');
  return {
    tokens,
    chunks,
    limit,
    problems: isOpen
      ? [{ code: 'not_closed', at, mark: '(', message: '"(" is not closed by ")": it counts to the end.' }]
      : [],
  };
}
