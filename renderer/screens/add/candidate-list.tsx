import { useTranslations } from 'use-intl';
import type { Classification } from '../../../core/contract/model.ts';
import { baseName } from '../../format/path.ts';
import type { Candidate } from '../../store/add-state.ts';
import { HealthGlyph } from '../../ui/health-glyph.tsx';
import { useWords } from '../../ui/use-words.ts';
import css from './candidate-list.module.css';

/** More than these are counted, not listed: nobody reads on, and the page stays quick. */
const shownRows = 100;

interface CandidateListProps {
  readonly candidates: readonly Candidate[];
  readonly skipped: Classification['skipped'];
}

/** Everything one path holds, each with what becomes of it. */
export function CandidateList({ candidates, skipped }: CandidateListProps) {
  const t = useTranslations('add');
  const { bytes, kind, number } = useWords();
  const hidden = candidates.length + skipped.length - shownRows;
  return (
    <ul className={css.list}>
      {candidates.slice(0, shownRows).map((candidate) => (
        <li key={candidate.path} title={candidate.path}>
          <HealthGlyph state={candidate.validation_state} />
          <span className={css.name}>{candidate.name}</span>
          <span className={css.quiet}>{kind(candidate)}</span>
          <span className={css.end}>
            {candidate.already_registered_as !== null
              ? t('knownOne')
              : candidate.validation_state === 'invalid'
                ? t('refused')
                : bytes(candidate.size_bytes)}
          </span>
        </li>
      ))}
      {skipped.slice(0, Math.max(0, shownRows - candidates.length)).map(({ path, reason }) => (
        <li key={path} title={path}>
          <HealthGlyph state="offline" />
          <span className={css.name}>{baseName(path)}</span>
          <span className={css.reason}>{reason}</span>
        </li>
      ))}
      {hidden > 0 && <li className={css.quiet}>{t('more', { count: number(hidden) })}</li>}
    </ul>
  );
}
