import { useTranslations } from 'use-intl';
import type { Classification } from '../../../core/contract/library/model.ts';
import { baseName } from '../../format/path.ts';
import type { Candidate } from '../../store/add/add-part.ts';
import { HealthGlyph } from '../../ui/display/health-glyph.tsx';
import { LongList } from '../../ui/long-list.tsx';
import { useWords } from '../../ui/use-words.ts';
import css from './candidate-list.module.css';

interface CandidateListProps {
  readonly candidates: readonly Candidate[];
  readonly skipped: Classification['skipped'];
}

/** Everything one path holds, each with what becomes of it: the models, then what is none. */
export function CandidateList({ candidates, skipped }: CandidateListProps) {
  const t = useTranslations('add');
  const { bytes, kind } = useWords();
  return (
    <LongList
      className={css.list}
      label={t('showAll', { count: candidates.length })}
      items={[...candidates, ...skipped]}
      keyOf={({ path }) => path}
      rowHeight={26}
    >
      {(thing) =>
        'reason' in thing ? (
          <div className={css.row} title={thing.path}>
            <HealthGlyph state="offline" />
            <span className={css.name}>{baseName(thing.path)}</span>
            <span className={css.reason} title={thing.reason}>
              {thing.reason}
            </span>
          </div>
        ) : (
          <div className={css.row} title={thing.path}>
            <HealthGlyph state={thing.validation_state} />
            <span className={css.name}>{thing.name}</span>
            <span className={css.quiet}>{kind(thing)}</span>
            <span className={css.end}>
              {thing.already_registered_as !== null
                ? t('knownOne')
                : thing.validation_state === 'invalid'
                  ? t('refused')
                  : bytes(thing.size_bytes)}
            </span>
          </div>
        )
      }
    </LongList>
  );
}
