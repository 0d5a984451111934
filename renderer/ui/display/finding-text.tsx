import { useTranslations } from 'use-intl';
import type { Finding } from '../../../core/contract/library/finding.ts';
import { useWords } from '../use-words.ts';
import css from './finding-text.module.css';

interface FindingTextProps {
  readonly finding: Pick<Finding, 'code' | 'message'>;
  /** Whether its name stands above. */
  readonly isNamed?: boolean;
}

/** What is wrong in the reader's language. The core's own sentence, with its names and figures, is English: it stands below where that is another. */
export function FindingText({ finding, isNamed = false }: FindingTextProps) {
  const t = useTranslations();
  const { found } = useWords();
  const { said, detail } = found(finding);
  return (
    <>
      {detail !== null && !isNamed && `${t(`finding.${finding.code}`)}. `}
      {said}
      {detail !== null && (
        <span className={css.detail} lang="en" dir="ltr">
          {detail}
        </span>
      )}
    </>
  );
}
