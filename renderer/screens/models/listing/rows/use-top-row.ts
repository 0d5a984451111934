import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { useActions, useApp } from '../../../../app-context.tsx';

/** To ask where it stands while it scrolls would lay the page out twice a frame. */
const restMs = 100;

interface TopRow {
  readonly scroll: RefObject<HTMLElement | null>;
  /** 0 while it is not known: nothing is scrolled and nothing remembered before. */
  readonly rowHeight: number;
  readonly columns: number;
}

/** Remembers which row is on top, and brings it back: after a restart, a change of layout, another filter. */
export function useTopRow({ scroll, rowHeight, columns }: TopRow): void {
  const { setTopRow } = useActions();
  const told = useRef(-1);
  // Null for what this list told itself: its own scrolling is no reason to draw it again.
  const topRow = useApp((state) => (state.topRow === told.current ? null : state.topRow));
  useLayoutEffect(() => {
    if (rowHeight === 0 || topRow === null || !scroll.current) return;
    told.current = topRow;
    scroll.current.scrollTop = Math.floor(topRow / columns) * rowHeight;
  }, [scroll, rowHeight, columns, topRow]);
  useEffect(() => {
    const element = scroll.current;
    if (!element || rowHeight === 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      const row = Math.floor(element.scrollTop / rowHeight + 0.25) * columns;
      told.current = row;
      setTopRow(row);
    };
    const onScroll = () => {
      clearTimeout(timer);
      timer = setTimeout(tell, restMs);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    // A window may close before its scrolling has come to rest.
    window.addEventListener('pagehide', tell);
    return () => {
      clearTimeout(timer);
      element.removeEventListener('scroll', onScroll);
      window.removeEventListener('pagehide', tell);
    };
  }, [scroll, rowHeight, columns, setTopRow]);
}
