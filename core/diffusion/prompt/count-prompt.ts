import { Failed } from '../../contract/failure.ts';
import type { PromptSyntax } from '../../contract/generate/generate.ts';
import type { PromptCount, PromptProblem } from '../../contract/generate/prompt.ts';
import type { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts';
import { bracketProblems } from './bracket-problems.ts';
import { promptReaders } from './read-prompt.ts';

export interface CountOptions {
  readonly syntax: PromptSyntax;
  readonly steps: number;
  /** `AND` joins prompts, not negative ones. */
  readonly isNegative: boolean;
}

/** Texts of a changing prompt are looked at until so many characters were read: the longest is among the first. */
const mostCharacters = 400_000;

/** Counts a prompt by the reader that a run would use: of a prompt that changes or is composed, the longest text. */
export function countPrompt(text: string, tokenizer: ClipTokenizer, options: CountOptions): PromptCount {
  const reader = promptReaders[options.syntax];
  const limit = tokenizer.maxLength - 2;
  const problems: PromptProblem[] = options.syntax === 'webui' ? [...bracketProblems(text)] : [];
  let chunks: readonly number[] = [0];
  for (const one of textsOf(text, options)) {
    try {
      const counts = reader.chunksOf(one, tokenizer, 'prompt').map(({ tokenCount }) => tokenCount);
      if (sum(counts) > sum(chunks) || counts.length > chunks.length) chunks = counts;
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      const reason = String(error.failure.details?.reason ?? error.message);
      problems.push({ code: 'too_heavy', at: null, mark: '(', message: reason });
      break;
    }
  }
  if (options.syntax === 'plain') {
    const all = tokenizer.encode(text).length;
    if (all > limit) {
      const message = `Read plainly, a prompt has ${limit} tokens: the last ${all - limit} of ${all} are left out.`;
      problems.push({ code: 'cut_off', at: null, mark: '', message });
    }
  }
  return { tokens: sum(chunks), chunks: [...chunks], limit, problems };
}

function textsOf(text: string, { syntax, steps, isNegative }: CountOptions): ReadonlySet<string> {
  const reader = promptReaders[syntax];
  const schedules = isNegative
    ? [reader.readNegative(text, steps)]
    : reader.readPrompt(text, steps).map(({ schedule }) => schedule);
  const texts = new Set<string>();
  let characters = 0;
  for (const schedule of schedules)
    for (let step = 0; step < (schedule.isConstant ? 1 : steps) && characters < mostCharacters; step++) {
      const one = schedule.at(step);
      characters += one.length;
      texts.add(one);
    }
  return texts;
}

const sum = (counts: readonly number[]): number => counts.reduce((total, one) => total + one, 0);
