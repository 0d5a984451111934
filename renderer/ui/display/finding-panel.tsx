import type { ReactNode } from 'react';
import type { Health } from '../../store/selectors.ts';
import css from './finding-panel.module.css';
import { HealthGlyph } from './health-glyph.tsx';

interface FindingPanelProps {
  readonly state: Health;
  readonly what: string;
  readonly where?: string | undefined;
  readonly mends: readonly ReactNode[];
  readonly code: string;
  readonly actions?: ReactNode;
}

/** What is wrong, where, what mends it, and the button. */
export function FindingPanel({ state, what, where, mends, code, actions }: FindingPanelProps) {
  return (
    <section className={css.finding} aria-label={what}>
      <span className={css.glyph}>
        <HealthGlyph state={state} />
      </span>
      <p className={css.what}>{what}</p>
      {where !== undefined && (
        <p className={css.where}>
          <bdi dir="ltr">{where}</bdi>
        </p>
      )}
      {mends.map((mend, index) => (
        <p key={String(index)} className={css.mend}>
          {mend}
        </p>
      ))}
      {actions && <div className={css.acts}>{actions}</div>}
      <p className={css.code}>{code}</p>
    </section>
  );
}
