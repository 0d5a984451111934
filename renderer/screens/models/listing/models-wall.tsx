import { useVirtualizer } from '@tanstack/react-virtual';
import { Check } from 'lucide-react';
import { type CSSProperties, memo, useEffect, useMemo, useRef } from 'react';
import { useTranslations } from 'use-intl';
import type { ModelSummary } from '../../../../core/contract/model.ts';
import { useApp } from '../../../app-context.tsx';
import type { Face } from '../../../pattern/keep-painted.ts';
import { idAt } from '../../../store/models/listing.ts';
import { healthOf } from '../../../store/selectors.ts';
import { HealthWord } from '../../../ui/display/health-glyph.tsx';
import { EmptyStill, FaceStrip, ModelStill } from '../../../ui/display/still.tsx';
import { useWords } from '../../../ui/use-words.ts';
import { drawnRows, placeOf } from './drawn-rows.ts';
import css from './models-wall.module.css';
import { useListing } from './use-listing.ts';
import { usePagesInSight } from './use-pages-in-sight.ts';
import { useRoom } from './use-room.ts';
import { useTopRow } from './use-top-row.ts';

/** As the tokens have them: a row's height must be known before it is drawn. */
const tile = { minWidth: 172, gapX: 16, gapY: 24, label: 64, radius: 6 } as const;

/** Equal tiles, only the rows in sight drawn. A listbox with one tab stop; the active tile is the selected one. */
export function ModelsWall() {
  const t = useTranslations('models');
  const listing = useApp((state) => state.listing);
  const models = useApp((state) => state.models);
  const scroll = useRef<HTMLDivElement>(null);
  const { width, height } = useRoom(scroll);
  const columns = Math.max(1, Math.floor((width + tile.gapX) / (tile.minWidth + tile.gapX)));
  const side = (width - (columns - 1) * tile.gapX) / columns;
  const rowHeight = side + tile.label + tile.gapY;
  const rows = useVirtualizer({
    count: width > 0 ? Math.ceil(listing.total / columns) : 0,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 2,
    rangeExtractor: (sight) => drawnRows(sight, height, rowHeight),
    useFlushSync: false,
    scrollPaddingStart: 12,
    scrollPaddingEnd: 12,
  });
  useEffect(() => {
    if (rowHeight > 0) rows.measure();
  }, [rows, rowHeight]);
  useTopRow({ scroll, rowHeight: width > 0 && listing.total > 0 ? rowHeight : 0, columns });
  const visible = rows.getVirtualItems();
  const first = (visible[0]?.index ?? 0) * columns;
  const last = ((visible.at(-1)?.index ?? -1) + 1) * columns;
  usePagesInSight(first, last);
  const { activeRow, isSelected, isPicking, handlers } = useListing({
    columns,
    rowsAPage: () => Math.max(1, Math.floor((scroll.current?.clientHeight ?? 0) / rowHeight)),
    scrollTo: (index) => rows.scrollToIndex(Math.floor(index / columns)),
  });
  const modelAt = (index: number) => {
    const id = idAt(listing, index);
    return id === undefined ? undefined : models[id];
  };
  const modelsIn = (row: number) => Array.from({ length: columns }, (_, column) => modelAt(row * columns + column));
  const isActiveDrawn = activeRow >= first && activeRow < last;
  return (
    <div
      ref={scroll}
      className={css.scroll}
      role="listbox"
      tabIndex={0}
      aria-label={t('list')}
      aria-multiselectable="true"
      aria-activedescendant={isActiveDrawn ? `tile-${activeRow}` : undefined}
      data-picking={isPicking || undefined}
      {...handlers}
    >
      <div className={css.rows} style={{ height: rows.getTotalSize() }} role="presentation">
        {visible.map((row) => (
          <div
            key={placeOf(row.index, visible.length)}
            className={css.row}
            role="presentation"
            style={{
              transform: `translateY(${row.start}px)`,
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            }}
          >
            <RowFaces models={modelsIn(row.index)} side={side} />
            {Array.from({ length: Math.min(columns, listing.total - row.index * columns) }, (_, column) => {
              const index = row.index * columns + column;
              const model = modelAt(index);
              return model ? (
                <Tile
                  key={String(column)}
                  model={model}
                  index={index}
                  total={listing.total}
                  isSelected={isSelected(model.model_id)}
                  isActive={index === activeRow}
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

/** A model whose face is painted with those of its row. */
function isOnStrip({ preview, is_offline }: ModelSummary): boolean {
  return preview == null && !is_offline;
}

interface RowFacesProps {
  /** From the start of the row; undefined where none is, or none is read. */
  readonly models: readonly (ModelSummary | undefined)[];
  /** Of a picture, in px. */
  readonly side: number;
}

/** The faces of a row on one canvas under its tiles: each canvas is a layer of its own, which costs more than to paint it. */
const RowFaces = memo(
  function RowFaces({ models, side }: RowFacesProps) {
    const faces = useMemo(() => {
      const shown = models.map((model) => (model !== undefined && isOnStrip(model) ? faceOf(model) : null));
      return document.dir === 'rtl' ? shown.toReversed() : shown;
    }, [models]);
    return (
      <div className={css.faces} aria-hidden="true" style={{ height: side }}>
        <FaceStrip faces={faces} radiusPx={tile.radius} />
      </div>
    );
  },
  (before, after) =>
    before.side === after.side &&
    before.models.length === after.models.length &&
    before.models.every((model, at) => model === after.models[at]),
);

function faceOf({ fingerprint, model_type, family }: ModelSummary): Face {
  return { fingerprint, type: model_type, family };
}

interface TileProps {
  readonly model: ModelSummary;
  readonly index: number;
  readonly total: number;
  readonly isSelected: boolean;
  readonly isActive: boolean;
}

const Tile = memo(function Tile({ model, index, total, isSelected, isActive }: TileProps) {
  const { bytes, exactBytes, kind } = useWords();
  return (
    <div
      className={css.tile}
      id={`tile-${index}`}
      role="option"
      aria-selected={isSelected}
      aria-setsize={total}
      aria-posinset={index + 1}
      data-active={isActive || undefined}
      data-model-id={model.model_id}
      data-row={index}
      tabIndex={-1}
    >
      <div className={css.frame}>
        {isOnStrip(model) ? <span className={css.face} /> : <ModelStill model={model} />}
        <span className={css.mark} data-mark="" aria-hidden="true">
          <Check />
        </span>
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
});

function UnreadTile() {
  return (
    <div className={css.tile} aria-hidden="true">
      <EmptyStill />
      <div className={css.bar} style={{ width: '70%' } satisfies CSSProperties} />
      <div className={css.bar} style={{ width: '40%' } satisfies CSSProperties} />
    </div>
  );
}
