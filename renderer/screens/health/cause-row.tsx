import { type RefObject, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Cause } from '../../../core/contract/cause.ts';
import { useActions, useApp } from '../../app-context.tsx';
import { type Mend, mendOf } from '../../store/health/causes.ts';
import { Button } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/display/health-glyph.tsx';
import { ProgressLine } from '../../ui/display/progress.tsx';
import { useWords } from '../../ui/use-words.ts';
import { AllFindings } from './all-findings.tsx';
import { FindingRow } from './finding-row.tsx';
import css from './health-screen.module.css';

interface CauseRowProps {
  readonly cause: Cause;
  /** Its button is the one thing to do next. */
  readonly isNext: boolean;
  /** What the screen scrolls in. */
  readonly scroll: RefObject<HTMLElement | null>;
}

/** One thing that is wrong: what it means, what mends it, and which models have it. */
export function CauseRow({ cause, isNext, scroll }: CauseRowProps) {
  const t = useTranslations();
  const { number } = useWords();
  const [isWhole, setIsWhole] = useState(false);
  const { code, drive, severity, examples, finding_count } = cause;
  const state = drive !== null ? 'offline' : severity === 'error' ? 'invalid' : 'degraded';
  const hidden = finding_count - examples.length;
  const title = drive === null ? t(`finding.${code}`) : t('healthScreen.driveAway', { drive });
  return (
    <li className={css.cause}>
      <span className={css.glyph}>
        <HealthGlyph state={state} />
      </span>
      <div>
        <h2 className={css.title}>
          {title}
          <span className={css.count}>{t('healthScreen.count', { count: cause.model_count })}</span>
          <span className={css.code}>{code}</span>
        </h2>
        <p className={css.means}>{t(`means.${code}`)}</p>
      </div>
      <CauseDeed cause={cause} isNext={isNext} />
      {isWhole ? (
        <AllFindings label={title} cause={cause} scroll={scroll} />
      ) : (
        <ul className={css.who}>
          {examples.map((found) => (
            <FindingRow key={`${found.model.model_id}/${found.finding.path ?? ''}`} cause={cause} {...found} />
          ))}
          {hidden > 0 && (
            <li className={css.more}>
              <button type="button" onClick={() => setIsWhole(true)}>
                {t('healthScreen.more', { count: number(hidden) })}
              </button>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

/** What mends one model by itself; for several what can be done to all of them at once. */
function CauseDeed({ cause, isNext }: Pick<CauseRowProps, 'cause' | 'isNext'>) {
  const t = useTranslations('healthScreen');
  const [isChecking, setIsChecking] = useState(false);
  const { checkCause, lookAgain, acceptFinding, askToRelocate } = useActions();
  const [only] = cause.examples;
  const hasMany = cause.model_count > 1;
  const mend = mendOf(cause);
  const isExternal = only?.model.storage_kind === 'external_reference';
  const deed: Mend = hasMany && mend !== 'lookAgain' ? 'check' : mend === 'relocate' && !isExternal ? 'check' : mend;
  const acts: Readonly<Record<Mend, () => void>> = {
    relocate: () => only && askToRelocate(only.model.model_id),
    accept: () => only && void acceptFinding(only.model.model_id, only.finding),
    lookAgain: () => void lookAgain(),
    check: () => {
      setIsChecking(true);
      void checkCause(cause).then(() => setIsChecking(false));
    },
  };
  return (
    <div className={css.deed}>
      {isChecking ? (
        <Checking />
      ) : (
        <Button size="small" kind={isNext ? 'next' : 'edge'} onPress={acts[deed]}>
          {deed === 'check' && hasMany ? t('checkAll') : t(deed)}
        </Button>
      )}
    </div>
  );
}

/** How far a check of many models is. */
function Checking() {
  const t = useTranslations('healthScreen');
  const { number } = useWords();
  const { cancelBulk } = useActions();
  const done = useApp((state) => state.bulk?.done ?? 0);
  const total = useApp((state) => state.bulk?.total ?? 0);
  const said = t('checking', { done: number(done), count: number(total) });
  return (
    <>
      <div className={css.progress}>
        <span>{said}</span>
        <ProgressLine label={said} fraction={total === 0 ? 0 : done / total} />
      </div>
      <Button size="small" onPress={cancelBulk}>
        {t('stop')}
      </Button>
    </>
  );
}
