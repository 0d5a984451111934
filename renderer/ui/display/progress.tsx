import css from './progress.module.css';

interface ProgressProps {
  readonly label: string;
  /** 0 to 1. */
  readonly fraction: number;
}

/** Progress is ink: the accent is for what to do next. */
export function ProgressLine({ label, fraction }: ProgressProps) {
  return (
    <div
      className={css.line}
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.round(fraction * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <i style={{ transform: `scaleX(${fraction})` }} />
    </div>
  );
}

export function ProgressRing({ label, fraction }: ProgressProps) {
  return (
    <svg
      className={css.ring}
      viewBox="0 0 12 12"
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.round(fraction * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <circle cx="6" cy="6" r="4.6" fill="none" stroke="var(--hairline)" strokeWidth="2" />
      <circle
        cx="6"
        cy="6"
        r="4.6"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        pathLength="100"
        strokeDasharray={`${fraction * 100} 100`}
        transform="rotate(-90 6 6)"
      />
    </svg>
  );
}
