import { useTranslations } from 'use-intl';
import type { PromptCount } from '../../../../core/contract/generate/prompt.ts';
import { useApp } from '../../../app-context.tsx';
import { HealthGlyph } from '../../../ui/display/health-glyph.tsx';
import { useWords } from '../../../ui/use-words.ts';
import css from './prompt-box.module.css';

/** How much of the text encoder the prompt fills, chunk by chunk, and what of its marks is hardly as it was meant. */
export function TokenCount() {
  const t = useTranslations('generate');
  const counts = useApp((state) => state.promptCounts);
  if (!counts) return <span className={css.tokens} />;
  const { prompt, negative_prompt: negative } = counts;
  const problem = prompt.problems[0] ?? negative.problems[0];
  return (
    <>
      <Count count={prompt} label={t('prompt')} />
      {negative.tokens > 0 && (
        <span className={css.second}>
          <Count count={negative} label={t('without')} />
        </span>
      )}
      {problem && (
        <span className={css.problem} title={problem.message}>
          <HealthGlyph state="degraded" />
          <span>{problem.message}</span>
        </span>
      )}
    </>
  );
}

function Count({ count, label }: { readonly count: PromptCount; readonly label: string }) {
  const t = useTranslations('generate');
  const { number, locale } = useWords();
  const { tokens, chunks, limit } = count;
  const each = new Intl.ListFormat(locale, { type: 'unit', style: 'narrow' }).format(chunks.map(number));
  return (
    <span className={css.tokens} title={`${label}: ${t('tokensEach', { each, limit: number(limit) })}`}>
      {chunks.length === 1
        ? t('tokens', { tokens: number(tokens), limit: number(limit) })
        : t('tokensChunks', { tokens: number(tokens), chunks: chunks.length, each })}
    </span>
  );
}
