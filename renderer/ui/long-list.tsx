import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';
import css from './long-list.module.css';
import { reachable } from './reachable.ts';

interface LongListProps<Item> {
  readonly label: string;
  readonly items: readonly Item[];
  readonly keyOf: (item: Item, index: number) => string;
  /** A row's height before it was seen, in px. */
  readonly rowHeight: number;
  readonly className?: string | undefined;
  readonly children: (item: Item, index: number) => ReactNode;
}

/** Rows of any height and number: only those in sight are drawn. For screen readers it is one list of all of them. */
export function LongList<Item>({ label, items, keyOf, rowHeight, className, children }: LongListProps<Item>) {
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item, index);
    },
    overscan: 5,
    initialRect: { width: 0, height: rowHeight * 8 },
  });
  return (
    <section ref={scroll} className={`${css.scroll} ${className ?? ''}`} aria-label={label} {...reachable}>
      <ul className={css.rows} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, key, start }) => {
          const item = items[index];
          return (
            item !== undefined && (
              <li
                key={key}
                ref={rows.measureElement}
                className={css.row}
                data-index={index}
                aria-setsize={items.length}
                aria-posinset={index + 1}
                style={{ transform: `translateY(${start}px)` }}
              >
                {children(item, index)}
              </li>
            )
          );
        })}
      </ul>
    </section>
  );
}
