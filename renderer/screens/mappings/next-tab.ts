interface Tabs {
  readonly index: number;
  readonly count: number;
  /** The next one stands to the left. */
  readonly isRtl: boolean;
}

/** The tab that an arrow key leads to, round the ends; null for other keys. */
export function nextTab(key: string, { index, count, isRtl }: Tabs): number | null {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (step === undefined || count === 0) return null;
  return (index + (isRtl ? -step : step) + count) % count;
}
