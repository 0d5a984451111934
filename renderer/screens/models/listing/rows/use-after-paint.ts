import { startTransition, useEffect, useState } from 'react';

/** A value as it was when a frame with it had been painted, null before the first: what is drawn from it never keeps that frame waiting. */
export function useAfterPaint<Value>(value: Value): Value | null {
  const [late, setLate] = useState<Value | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => startTransition(() => setLate(value)));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [value]);
  return late;
}
