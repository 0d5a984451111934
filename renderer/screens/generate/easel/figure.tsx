import type { CSSProperties, ReactNode } from 'react';
import css from './easel.module.css';

interface FigureProps {
  readonly width: number;
  readonly height: number;
  readonly children?: ReactNode;
  readonly under: ReactNode;
}

/** A picture in its own shape, as big as the easel lets it be, and what is said under it. */
export function Figure({ width, height, children, under }: FigureProps) {
  return (
    <figure className={css.figure} style={{ '--aspect': String(width / height) } as CSSProperties}>
      <span className={css.canvas}>{children}</span>
      {under}
    </figure>
  );
}
