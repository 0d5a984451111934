import type { ReactNode } from 'react';
import css from './pref.module.css';

interface PrefProps {
  readonly title: string;
  readonly text?: ReactNode;
  readonly children?: ReactNode;
}

/** One thing that can be set: what it is, what it means, and the control. */
export function Pref({ title, text, children }: PrefProps) {
  return (
    <div className={css.pref}>
      <div>
        <b>{title}</b>
        {text !== undefined && <p>{text}</p>}
      </div>
      <div className={css.control}>{children}</div>
    </div>
  );
}

/** What went wrong with the setting above. */
export function PrefProblem({ children }: { readonly children: ReactNode }) {
  return (
    <p className={css.problem} role="alert">
      {children}
    </p>
  );
}
