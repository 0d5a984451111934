import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Cause } from '../../../core/contract/cause.ts';
import { useActions, useApp } from '../../app-context.tsx';
import { causeKey } from '../../store/health/causes.ts';
import { findingAt, findingPageSize } from '../../store/health/health-part.ts';
import { FindingRow } from './finding-row.tsx';
import css from './health-screen.module.css';

/** A row's height before it was seen, in px. */
const rowHeight = 50;

interface AllFindingsProps {
  readonly label: string;
  readonly cause: Cause;
  readonly scroll: RefObject<HTMLElement | null>;
}

/** Every finding of a cause, were there ten thousand: only those in sight are drawn, and read when they come there. It scrolls with the screen. */
export function AllFindings({ label, cause, scroll }: AllFindingsProps) {
  const { loadFindings } = useActions();
  const pages = useApp((state) => state.findingPages[causeKey(cause)]);
  const list = useRef<HTMLUListElement>(null);
  const top = useTopIn(scroll, list);
  const rows = useVirtualizer({
    count: cause.finding_count,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    scrollMargin: top,
  });
  const items = rows.getVirtualItems();
  const firstPage = Math.floor((items[0]?.index ?? 0) / findingPageSize);
  const lastPage = Math.floor((items.at(-1)?.index ?? 0) / findingPageSize);
  useEffect(() => {
    for (let page = firstPage; page <= lastPage; page++) void loadFindings(cause, page);
  }, [cause, firstPage, lastPage, loadFindings]);
  return (
    <ul ref={list} className={css.who} aria-label={label} style={{ height: rows.getTotalSize() }} data-is-long>
      {items.map(({ index, start }) => {
        const found = findingAt(cause, pages, index);
        const place = {
          ref: rows.measureElement,
          'data-index': index,
          'aria-setsize': cause.finding_count,
          'aria-posinset': index + 1,
          style: { transform: `translateY(${start - top}px)` },
        };
        return found ? (
          <FindingRow key={index} cause={cause} {...found} {...place} />
        ) : (
          <li key={index} {...place} className={css.unreadRow} />
        );
      })}
    </ul>
  );
}

/** How far below the beginning of what is scrolled a list begins; what stands above it may grow. */
function useTopIn(scroll: RefObject<HTMLElement | null>, list: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const box = scroll.current;
    const own = list.current;
    if (!box || !own) return;
    const look = () => setTop(own.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop);
    look();
    const watch = new ResizeObserver(look);
    for (const child of box.children) watch.observe(child);
    return () => watch.disconnect();
  }, [scroll, list]);
  return top;
}
