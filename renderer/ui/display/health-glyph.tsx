import type { Health } from '../../store/selectors.ts';
import { useWords } from '../use-words.ts';
import css from './health-glyph.module.css';

/** Shape before colour: filled disc, half disc, cross, hollow ring. The word always stands beside it. */
export function HealthGlyph({ state }: { readonly state: Health }) {
  return (
    <svg className={css.glyph} data-state={state} viewBox="0 0 12 12" aria-hidden="true">
      {state === 'valid' && <circle cx="6" cy="6" r="4.25" fill="currentColor" />}
      {state === 'degraded' && (
        <>
          <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
          <path d="M6 1.75a4.25 4.25 0 0 0 0 8.5z" fill="currentColor" />
        </>
      )}
      {state === 'invalid' && (
        <path d="M2.2 2.2l7.6 7.6M9.8 2.2l-7.6 7.6" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      )}
      {state === 'offline' && <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />}
    </svg>
  );
}

export function HealthWord({ state }: { readonly state: Health }) {
  const { health } = useWords();
  return (
    <span className={css.health} data-state={state}>
      <HealthGlyph state={state} />
      {health(state)}
    </span>
  );
}
