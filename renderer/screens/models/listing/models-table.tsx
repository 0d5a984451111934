import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, Check, Star } from 'lucide-react';
import { memo, useRef } from 'react';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import type { ModelSummary } from '../../../../core/contract/library/model.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { folderOf } from '../../../format/path.ts';
import { idAt } from '../../../store/models/listing.ts';
import { healthOf, sortOf } from '../../../store/selectors.ts';
import { classNames } from '../../../ui/class-names.ts';
import { HealthWord } from '../../../ui/display/health-glyph.tsx';
import { PathText } from '../../../ui/display/path-text.tsx';
import { ModelStill } from '../../../ui/display/still.tsx';
import { useWords } from '../../../ui/use-words.ts';
import css from './models-table.module.css';
import { documentOrder, drawnRows, placeOf } from './rows/drawn-rows.ts';
import { usePagesInSight } from './rows/use-pages-in-sight.ts';
import { useRoom } from './rows/use-room.ts';
import { useTopRow } from './rows/use-top-row.ts';
import { useListing } from './use-listing.ts';

const rowHeight = 32;
const headHeight = 32;

/** A native table keeps rows and cells for screen readers; the role says that its rows can be chosen. */
function gridProps(activeRow: number | null) {
  return {
    role: 'grid',
    tabIndex: 0,
    'aria-multiselectable': true,
    ...(activeRow !== null && { 'aria-activedescendant': `row-${activeRow}` }),
  } as const;
}

/** The same listing as rows. A grid with one tab stop; the active row is the selected one. */
export function ModelsTable() {
  const t = useTranslations('models');
  const listing = useApp(useShallow(({ listing: { pages, total, isTotalExact } }) => ({ pages, total, isTotalExact })));
  const models = useApp((state) => state.models);
  const scroll = useRef<HTMLDivElement>(null);
  const { height } = useRoom(scroll);
  const rows = useVirtualizer({
    count: listing.total,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    rangeExtractor: (sight) => drawnRows(sight, height, rowHeight),
    useFlushSync: false,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    scrollPaddingEnd: 12,
  });
  useTopRow({ scroll, rowHeight: listing.total > 0 ? rowHeight : 0, columns: 1 });
  const visible = rows.getVirtualItems();
  const first = visible[0]?.index ?? 0;
  const last = (visible.at(-1)?.index ?? -1) + 1;
  usePagesInSight(first, last);
  const { activeRow, isSelected, isPicking, handlers } = useListing({
    columns: 1,
    rowsAPage: () => Math.max(1, Math.floor((scroll.current?.clientHeight ?? 0) / rowHeight) - 2),
    scrollTo: (index) => rows.scrollToIndex(index),
  });
  return (
    <div ref={scroll} className={css.scroll} data-picking={isPicking || undefined}>
      <table
        {...gridProps(activeRow >= first && activeRow < last ? activeRow : null)}
        className={css.table}
        aria-label={t('list')}
        aria-rowcount={listing.isTotalExact ? listing.total + 1 : -1}
        {...handlers}
      >
        <Heads />
        <tbody style={{ height: rows.getTotalSize() }}>
          {documentOrder(visible, rows.isScrolling).map((row) => {
            const id = idAt(listing, row.index);
            const model = id === undefined ? undefined : models[id];
            const start = row.start - headHeight;
            return model ? (
              <Row
                key={placeOf(row.index, visible.length)}
                model={model}
                index={row.index}
                start={start}
                isSelected={isSelected(model.model_id)}
                isActive={row.index === activeRow}
              />
            ) : (
              <UnreadRow key={`unread-${placeOf(row.index, visible.length)}`} index={row.index} start={start} />
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const columns = [
  { key: 'name', sort: 'name' },
  { key: 'family', sort: 'family' },
  { key: 'precision', sort: null },
  { key: 'size', sort: 'size' },
  { key: 'health', sort: null },
  { key: 'folder', sort: null },
  { key: 'added', sort: 'newest' },
] as const;

/** Which of them stand in the order of the list; a press sorts by that one. */
function Heads() {
  const t = useTranslations('models');
  const { setSort } = useActions();
  const current = useApp(sortOf);
  return (
    <thead>
      <tr className={css.head} aria-rowindex={1}>
        {columns.map(({ key, sort }) => {
          const isEnd = key === 'size' || key === 'added';
          const isDescending = sort === 'size' || sort === 'newest';
          return (
            <th
              key={key}
              className={classNames(css.cell, isEnd && css.end, key === 'folder' && css.folder)}
              {...(sort !== null &&
                sort === current && { 'aria-sort': isDescending ? ('descending' as const) : ('ascending' as const) })}
            >
              {sort === null ? (
                t(key)
              ) : (
                <button type="button" className={css.sort} onClick={() => setSort(sort)}>
                  {t(key)}
                  {sort === current && (isDescending ? <ArrowDown /> : <ArrowUp />)}
                </button>
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

interface RowProps {
  readonly model: ModelSummary;
  readonly index: number;
  readonly start: number;
  readonly isSelected: boolean;
  readonly isActive: boolean;
}

const Row = memo(function Row({ model, index, start, isSelected, isActive }: RowProps) {
  const { bytes, exactBytes, kind, day } = useWords();
  const t = useTranslations('details');
  return (
    <tr
      className={css.row}
      id={`row-${index}`}
      aria-selected={isSelected}
      aria-rowindex={index + 2}
      data-active={isActive || undefined}
      data-model-id={model.model_id}
      data-row={index}
      style={{ transform: `translateY(${start}px)` }}
    >
      <td className={classNames(css.cell, css.name)} title={model.name}>
        <span className={css.face}>
          <ModelStill model={model} size={20} />
          <span className={css.mark} data-mark="" aria-hidden="true">
            <Check />
          </span>
        </span>
        <b>{model.name}</b>
        {model.favourite && <Star className={css.star} aria-label={t('favourite')} />}
      </td>
      <td className={css.cell}>{kind(model)}</td>
      <td className={css.cell}>{model.precision}</td>
      <td className={classNames(css.cell, css.end)} title={exactBytes(model.size_bytes)}>
        {bytes(model.size_bytes)}
      </td>
      <td className={css.cell}>
        <HealthWord state={healthOf(model)} />
      </td>
      <td className={classNames(css.cell, css.folder)}>
        <PathText path={folderOf(model.entry_path)} maxCharacters={26} />
      </td>
      <td className={classNames(css.cell, css.end)}>{day(model.added_at)}</td>
    </tr>
  );
});

/** A row on its way: of the final size, so that nothing moves when it comes. */
function UnreadRow({ index, start }: { readonly index: number; readonly start: number }) {
  return (
    <tr className={css.row} aria-rowindex={index + 2} style={{ transform: `translateY(${start}px)` }}>
      <td className={classNames(css.cell, css.name)}>
        <span className={css.blank} />
        <span className={css.bar} />
      </td>
    </tr>
  );
}
