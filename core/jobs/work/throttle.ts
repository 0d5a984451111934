export interface Throttle<Value> {
  offer(value: Value): void;
  /** Drops what has not been told yet. */
  stop(): void;
}

/** Tells of values at least `gapMs` apart: the first at once, of those in between the newest. */
export function throttle<Value>(gapMs: number, tell: (value: Value) => void): Throttle<Value> {
  let pending: { readonly value: Value } | null = null;
  let timer: NodeJS.Timeout | null = null;
  const begin = (): void => {
    timer = setTimeout(() => {
      timer = null;
      if (!pending) return;
      const { value } = pending;
      pending = null;
      begin();
      tell(value);
    }, gapMs);
  };
  return {
    offer(value) {
      if (timer) {
        pending = { value };
        return;
      }
      begin();
      tell(value);
    },
    stop() {
      if (timer) clearTimeout(timer);
      timer = null;
      pending = null;
    },
  };
}
