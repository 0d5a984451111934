import { useVirtualizer } from '@tanstack/react-virtual';
import { Check } from 'lucide-react';
import { type CSSProperties, memo, useEffect, useMemo, useRef } from 'react';
import { isRTL } from 'react-aria-components/I18nProvider';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import type { ModelSummary } from '../../../../core/contract/library/model.ts';
import { useApp } from '../../../app-context.tsx';
import type { Face } from '../../../pattern/keep-painted.ts';
import { idAt } from '../../../store/models/listing.ts';
import type { Listing } from '../../../store/models/models-part.ts';
import { healthOf } from '../../../store/selectors.ts';
import type { AppState } from '../../../store/state.ts';
import { HealthWord } from '../../../ui/display/health-glyph.tsx';
import { EmptyStill, FaceStrip, ModelStill } from '../../../ui/display/still.tsx';
import { useWords } from '../../../ui/use-words.ts';
import css from './models-wall.module.css';
import { documentOrder, drawnRows, placeOf } from './rows/drawn-rows.ts';
import { useAfterPaint } from './rows/use-after-paint.ts';
import { usePagesInSight } from './rows/use-pages-in-sight.ts';
import { useRoom } from './rows/use-room.ts';
import { useTopRow } from './rows/use-top-row.ts';
import { useListing } from './use-listing.ts';

/** As the tokens have them: a row's height must be known before it is drawn. */
const tile = { minWidth: 172, gapX: 16, gapY: 24, label: 64, radius: 6 } as const;

/** To screen readers. */
const unknownTotal = -1;

/** Equal tiles, only the rows in sight drawn. A listbox with one tab stop; the active tile is the selected one. */
export function ModelsWall() {
  const t = useTranslations('models');
  // Not its filter: what is typed alone changes no row.
  const listing = useApp(useShallow(({ listing: { pages, total, isTotalExact } }) => ({ pages, total, isTotalExact })));
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
  // What stands above and below the rows in sight is drawn after them. Not while they are scrolled: it is about to be in sight.
  const late = useAfterPaint(listing);
  const { startIndex = 0, endIndex = 0 } = rows.range ?? {};
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
        {documentOrder(visible, rows.isScrolling).map(({ index: row, start }) => {
          const shown = rows.isScrolling || (row >= startIndex && row <= endIndex) ? listing : late;
          if (shown === null) return null;
          const own = modelsOf(shown, models, row * columns, columns);
          return (
            <div
              key={placeOf(row, visible.length)}
              className={css.row}
              role="presentation"
              style={{
                transform: `translateY(${start}px)`,
                gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
              }}
            >
              <RowFaces models={own} columns={columns} side={side} />
              {own.map((model, column) => {
                const index = row * columns + column;
                return model ? (
                  <Tile
                    key={String(column)}
                    model={model}
                    index={index}
                    total={shown.isTotalExact ? shown.total : unknownTotal}
                    isSelected={isSelected(model.model_id)}
                    isActive={index === activeRow}
                  />
                ) : (
                  <UnreadTile key={`unread-${index}`} />
                );
              })}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** The models of a row; undefined where none is read yet. */
function modelsOf(
  listing: Pick<Listing, 'pages' | 'total'>,
  models: AppState['models'],
  first: number,
  columns: number,
) {
  return Array.from({ length: Math.max(0, Math.min(columns, listing.total - first)) }, (_, column) => {
    const id = idAt(listing, first + column);
    return id === undefined ? undefined : models[id];
  });
}

/** A model whose face is painted with those of its row. */
function isOnStrip({ preview, is_offline }: ModelSummary): boolean {
  return preview == null && !is_offline;
}

interface RowFacesProps {
  /** From the start of the row. */
  readonly models: readonly (ModelSummary | undefined)[];
  readonly columns: number;
  /** Of a picture, in px. */
  readonly side: number;
}

/** The faces of a row on one canvas under its tiles: each canvas is a layer of its own, which costs more than to paint it. */
const RowFaces = memo(
  function RowFaces({ models, columns, side }: RowFacesProps) {
    const { locale } = useWords();
    const faces = useMemo(() => {
      const shown = Array.from({ length: columns }, (_, at) => faceOf(models[at]));
      return isRTL(locale) ? shown.toReversed() : shown;
    }, [models, columns, locale]);
    return (
      <div className={css.faces} aria-hidden="true" style={{ height: side }}>
        <FaceStrip faces={faces} radiusPx={tile.radius} />
      </div>
    );
  },
  (before, after) =>
    before.side === after.side &&
    before.columns === after.columns &&
    before.models.length === after.models.length &&
    before.models.every((model, at) => model === after.models[at]),
);

function faceOf(model: ModelSummary | undefined): Face | null {
  if (model === undefined || !isOnStrip(model)) return null;
  return { fingerprint: model.fingerprint, type: model.model_type, family: model.family };
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
