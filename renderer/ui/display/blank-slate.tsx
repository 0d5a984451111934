import type { ReactNode } from 'react';
import css from './blank-slate.module.css';

interface BlankSlateProps {
  readonly title: string;
  readonly text: string;
  readonly action?: ReactNode;
}

/** One sentence and one way on, at the place where things will be. */
export function BlankSlate({ title, text, action }: BlankSlateProps) {
  return (
    <div className={css.slate}>
      <p className={css.title}>{title}</p>
      <p className={css.text}>{text}</p>
      {action}
    </div>
  );
}
