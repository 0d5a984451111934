import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, useEffect, useRef } from 'react';
import { useTranslations } from 'use-intl';
import type { ModelSummary } from '../../../core/contract/model.ts';
import { useActions, useApp } from '../../app-context.tsx';
import { healthOf } from '../../store/selectors.ts';
import { HealthWord } from '../../ui/health-glyph.tsx';
import { EmptyStill, ModelStill } from '../../ui/still.tsx';
import { useWords } from '../../ui/use-words.ts';
import { movedIndex, pressedId } from './listing-keys.ts';
import css from './models-wall.module.css';
import { useWidth } from './use-width.ts';

/** As the tokens have them: a row's height must be known before it is drawn. */
const tile = { minWidth: 172, gapX: 16, gapY: 24, label: 64 } as const;

/** Equal tiles, only the rows in sight drawn. A listbox with one tab stop; the active tile is the selected one. */
export function ModelsWall() {
  const t = useTranslations('models');
  const { loadUntil, selectModel, generateWith } = useActions();
  const listing = useApp((state) => state.listing);
  const selectedId = useApp((state) => state.selectedId);
  const models = useApp((state) => state.models);
  const scroll = useRef<HTMLDivElement>(null);
  const width = useWidth(scroll);
  const columns = Math.max(1, Math.floor((width + tile.gapX) / (tile.minWidth + tile.gapX)));
  const side = (width - (columns - 1) * tile.gapX) / columns;
  const rowHeight = side + tile.label + tile.gapY;
  const rows = useVirtualizer({
    count: width > 0 ? Math.ceil(listing.total / columns) : 0,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 2,
    scrollPaddingStart: 12,
    scrollPaddingEnd: 12,
  });
  useEffect(() => {
    if (rowHeight > 0) rows.measure();
  }, [rows, rowHeight]);
  const visible = rows.getVirtualItems();
  const lastVisible = ((visible.at(-1)?.index ?? 0) + 1) * columns;
  useEffect(() => {
    if (lastVisible > listing.ids.length && listing.nextCursor !== null) void loadUntil(lastVisible);
  }, [lastVisible, listing.ids.length, listing.nextCursor, loadUntil]);
  const selectedIndex = selectedId === null ? -1 : listing.ids.indexOf(selectedId);
  return (
    <div
      ref={scroll}
      className={css.scroll}
      role="listbox"
      tabIndex={0}
      aria-label={t('list')}
      aria-activedescendant={selectedIndex >= 0 ? `tile-${selectedIndex}` : undefined}
      onClick={(event) => {
        const id = pressedId(event.target);
        if (id !== null) selectModel(id);
      }}
      onDoubleClick={(event) => {
        const id = pressedId(event.target);
        if (id !== null) generateWith(id);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && selectedId !== null && !event.ctrlKey && !event.metaKey) {
          event.preventDefault();
          if (event.shiftKey) generateWith(selectedId);
          else selectModel(selectedId);
          return;
        }
        const rowsAPage = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 0) / rowHeight));
        const next = movedIndex(
          event.key,
          selectedIndex,
          listing.ids.length,
          columns,
          rowsAPage,
          document.dir === 'rtl',
        );
        if (next === null) return;
        event.preventDefault();
        const id = listing.ids[next];
        if (id !== undefined) selectModel(id, window.innerWidth > 1180);
        rows.scrollToIndex(Math.floor(next / columns));
      }}
    >
      <div className={css.rows} style={{ height: rows.getTotalSize() }} role="presentation">
        {visible.map((row) => (
          <div
            key={row.key}
            className={css.row}
            role="presentation"
            style={{
              transform: `translateY(${row.start}px)`,
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            }}
          >
            {Array.from({ length: Math.min(columns, listing.total - row.index * columns) }, (_, column) => {
              const index = row.index * columns + column;
              const id = listing.ids[index];
              const model = id === undefined ? undefined : models[id];
              return model ? (
                <Tile
                  key={model.model_id}
                  model={model}
                  index={index}
                  total={listing.total}
                  isSelected={id === selectedId}
                />
              ) : (
                <UnreadTile key={`unread-${index}`} />
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}

interface TileProps {
  readonly model: ModelSummary;
  readonly index: number;
  readonly total: number;
  readonly isSelected: boolean;
}

function Tile({ model, index, total, isSelected }: TileProps) {
  const { bytes, exactBytes, kind } = useWords();
  return (
    <div
      className={css.tile}
      id={`tile-${index}`}
      role="option"
      aria-selected={isSelected}
      aria-setsize={total}
      aria-posinset={index + 1}
      data-active={isSelected || undefined}
      data-model-id={model.model_id}
      tabIndex={-1}
    >
      <div className={css.frame}>
        <ModelStill model={model} />
      </div>
      <div className={css.name} title={model.name}>
        {model.name}
      </div>
      <div className={css.label}>
        <span className={css.family}>{kind(model)}</span>
        <span>{model.precision}</span>
        <HealthWord state={healthOf(model)} />
        <span title={exactBytes(model.size_bytes)}>{bytes(model.size_bytes)}</span>
      </div>
    </div>
  );
}

function UnreadTile() {
  return (
    <div className={css.tile} aria-hidden="true">
      <EmptyStill />
      <div className={css.bar} style={{ width: '70%' } satisfies CSSProperties} />
      <div className={css.bar} style={{ width: '40%' } satisfies CSSProperties} />
    </div>
  );
}
