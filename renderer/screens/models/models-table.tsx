import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { useTranslations } from 'use-intl';
import type { ModelSummary } from '../../../core/contract/model.ts';
import { useActions, useApp } from '../../app-context.tsx';
import { folderOf } from '../../format/path.ts';
import { healthOf } from '../../store/selectors.ts';
import { classNames } from '../../ui/class-names.ts';
import { HealthWord } from '../../ui/health-glyph.tsx';
import { PathText } from '../../ui/path-text.tsx';
import { ModelStill } from '../../ui/still.tsx';
import { useWords } from '../../ui/use-words.ts';
import { movedIndex, pressedId } from './listing-keys.ts';
import css from './models-table.module.css';

const rowHeight = 32;
const headHeight = 32;
/** A native table keeps rows and cells for screen readers; the role says that its rows can be chosen. */
function gridProps(selectedIndex: number) {
  return {
    role: 'grid',
    tabIndex: 0,
    ...(selectedIndex >= 0 && { 'aria-activedescendant': `row-${selectedIndex}` }),
  } as const;
}

/** The same listing as rows. A grid with one tab stop; the active row is the selected one. */
export function ModelsTable() {
  const t = useTranslations('models');
  const { loadUntil, selectModel, generateWith } = useActions();
  const listing = useApp((state) => state.listing);
  const selectedId = useApp((state) => state.selectedId);
  const models = useApp((state) => state.models);
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: listing.total,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    scrollPaddingEnd: 12,
  });
  const visible = rows.getVirtualItems();
  const lastVisible = (visible.at(-1)?.index ?? 0) + 1;
  useEffect(() => {
    if (lastVisible > listing.ids.length && listing.nextCursor !== null) void loadUntil(lastVisible);
  }, [lastVisible, listing.ids.length, listing.nextCursor, loadUntil]);
  const selectedIndex = selectedId === null ? -1 : listing.ids.indexOf(selectedId);
  return (
    <div ref={scroll} className={css.scroll}>
      <table
        {...gridProps(selectedIndex)}
        className={css.table}
        aria-label={t('list')}
        aria-rowcount={listing.total + 1}
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
          const rowsAPage = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 0) / rowHeight) - 2);
          const next = movedIndex(event.key, selectedIndex, listing.ids.length, 1, rowsAPage);
          if (next === null) return;
          event.preventDefault();
          const id = listing.ids[next];
          if (id !== undefined) selectModel(id, window.innerWidth > 1180);
          rows.scrollToIndex(next);
        }}
      >
        <thead>
          <tr className={css.head} aria-rowindex={1}>
            <th className={css.cell}>{t('name')}</th>
            <th className={css.cell}>{t('family')}</th>
            <th className={css.cell}>{t('precision')}</th>
            <th className={classNames(css.cell, css.end)}>{t('size')}</th>
            <th className={css.cell}>{t('health')}</th>
            <th className={classNames(css.cell, css.folder)}>{t('folder')}</th>
            <th className={classNames(css.cell, css.end)}>{t('added')}</th>
          </tr>
        </thead>
        <tbody style={{ height: rows.getTotalSize() }}>
          {visible.map((row) => {
            const id = listing.ids[row.index];
            const model = id === undefined ? undefined : models[id];
            return (
              model && (
                <Row
                  key={model.model_id}
                  model={model}
                  index={row.index}
                  start={row.start - headHeight}
                  isSelected={id === selectedId}
                />
              )
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly model: ModelSummary;
  readonly index: number;
  readonly start: number;
  readonly isSelected: boolean;
}

function Row({ model, index, start, isSelected }: RowProps) {
  const { bytes, exactBytes, kind, day } = useWords();
  return (
    <tr
      className={css.row}
      id={`row-${index}`}
      aria-selected={isSelected}
      aria-rowindex={index + 2}
      data-model-id={model.model_id}
      style={{ transform: `translateY(${start}px)` }}
    >
      <td className={classNames(css.cell, css.name)} title={model.name}>
        <ModelStill model={model} size={20} />
        <b>{model.name}</b>
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
}
