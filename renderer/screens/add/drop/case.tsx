import { useTranslations } from 'use-intl';
import css from './case.module.css';
import { placesOnFloor } from './case-places.ts';

/** The window as a glass case: the screen stands at its back, and there is a place on the floor for each thing. */
export function Case({ count }: { readonly count: number }) {
  const t = useTranslations('add');
  return (
    <div className={css.case} role="status">
      <svg className={css.glass} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        <path className={css.side} d="M1.4 2.2L21 17v56L1.4 97.8zM98.6 2.2L79 17v56l19.6 24.8z" />
        <path className={css.floor} d="M1.4 97.8L21 73h58l19.6 24.8z" />
        <path d="M21 17h58v56H21z" />
        <path d="M1.4 2.2L21 17M98.6 2.2L79 17M98.6 97.8L79 73M1.4 97.8L21 73" />
        {placesOnFloor(count).map((outline) => (
          <path key={outline} className={css.place} d={outline} />
        ))}
        <path className={css.rim} d="M1.4 2.2h97.2v95.6H1.4z" />
      </svg>
      <div className={css.say}>
        <h1>{t('caseTitle', { count })}</h1>
        <p>{t('caseText')}</p>
        <p className={css.hint}>{t('caseHint')}</p>
      </div>
    </div>
  );
}
