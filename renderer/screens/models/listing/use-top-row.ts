import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { useActions, useApp } from '../../../app-context.tsx';

interface TopRow {
  readonly scroll: RefObject<HTMLElement | null>;
  /** 0 while it is not known: nothing is scrolled and nothing remembered before. */
  readonly rowHeight: number;
  readonly columns: number;
}

/** Remembers which row is on top, and brings it back: after a restart, a change of layout, another filter. */
export function useTopRow({ scroll, rowHeight, columns }: TopRow): void {
  const { setTopRow } = useActions();
  const topRow = useApp((state) => state.topRow);
  const told = useRef(-1);
  useLayoutEffect(() => {
    if (rowHeight === 0 || topRow === told.current || !scroll.current) return;
    told.current = topRow;
    scroll.current.scrollTop = Math.floor(topRow / columns) * rowHeight;
  }, [scroll, rowHeight, columns, topRow]);
  useEffect(() => {
    const element = scroll.current;
    if (!element || rowHeight === 0) return;
    const onScroll = () => {
      const row = Math.floor(element.scrollTop / rowHeight + 0.25) * columns;
      told.current = row;
      setTopRow(row);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, [scroll, rowHeight, columns, setTopRow]);
}
