import { useVirtualizer } from '@tanstack/react-virtual';
import { File, Folder, Link, TriangleAlert, Unlink } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import { useTranslations } from 'use-intl';
import type { MappingEntryKind, MappingFolderEntry } from '../../../../core/contract/mapping/mapping.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { type TreeRow, treeRows } from '../../../store/mappings/plan-rows.ts';
import { useWords } from '../../../ui/use-words.ts';
import css from './plan-trees.module.css';

const rowHeight = 24;
const headHeight = 32;

/** A native table of two columns; the box around it is what the keyboard scrolls. */
function scrollProps(label: string) {
  return { tabIndex: 0, role: 'region', 'aria-label': label } as const;
}

/** The app's folders now and after, row by row: what is added reads as a gap that is filled. */
export function PlanTrees() {
  const t = useTranslations('mappings');
  const view = useApp((state) => state.planView);
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => (view ? treeRows(view) : []), [view]);
  const pickedId = view?.pickedId ?? null;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight + 8,
    scrollPaddingEnd: 12,
  });
  const pickedIndex = rows.findIndex(
    (row) => row.kind === 'entry' && pickedId !== null && row.entry.model_id === pickedId,
  );
  const scrollTo = useRef(virtual.scrollToIndex);
  scrollTo.current = virtual.scrollToIndex;
  useEffect(() => {
    if (pickedIndex >= 0) scrollTo.current(pickedIndex);
  }, [pickedIndex]);
  if (!view) return null;
  const { folders } = view.plan;
  const sum = (read: (folder: (typeof folders)[number]) => number) =>
    folders.reduce((total, folder) => total + read(folder), 0);
  const linked = sum(({ keep }) => keep);
  return (
    <div ref={scroll} className={css.scroll} {...scrollProps(t('tree'))}>
      <table className={css.table} aria-rowcount={rows.length + 1}>
        <thead>
          <tr className={css.head} aria-rowindex={1}>
            <th>
              <b>{t('now')}</b>
              <span>{t('items', { count: sum(({ before_count }) => before_count), linked })}</span>
            </th>
            <th>
              <b>{t('after')}</b>
              <span>
                {t('items', {
                  count: sum(({ after_count }) => after_count),
                  linked: linked + sum(({ create }) => create),
                })}
              </span>
            </th>
          </tr>
        </thead>
        <tbody style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const row = rows[index];
            return (
              row && (
                <tr
                  key={key}
                  className={css.row}
                  aria-rowindex={index + 2}
                  data-picked={index === pickedIndex || undefined}
                  style={{ transform: `translateY(${start - headHeight}px)` }}
                >
                  <Cells row={row} />
                </tr>
              )
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Cells({ row }: { readonly row: TreeRow }) {
  const t = useTranslations('mappings');
  const { number } = useWords();
  const { toggleMappingFolder, readFolder } = useActions();
  const isOpen = useApp((state) => row.kind === 'more' && (state.planView?.openFolders.includes(row.path) ?? false));
  if (row.kind === 'folder') {
    const { path, before_count, after_count, is_new } = row.folder;
    const name = path === '' ? '.' : path;
    return (
      <>
        <td data-kind="folder">
          {!is_new && (
            <>
              <Folder />
              <Toggle isOpen={row.isOpen} path={path} name={name} />
              <span className={css.count}>{number(before_count)}</span>
            </>
          )}
        </td>
        <td data-kind="folder" data-new={is_new || undefined}>
          <Folder />
          {is_new ? <Toggle isOpen={row.isOpen} path={path} name={name} /> : <bdi dir="ltr">{name}</bdi>}
          <span className={css.count}>{number(after_count)}</span>
        </td>
      </>
    );
  }
  if (row.kind === 'more')
    return (
      <>
        <td data-kind="more">
          <button type="button" onClick={() => void (isOpen ? readFolder(row.path) : toggleMappingFolder(row.path))}>
            {t('moreEntries', { count: number(row.count) })}
          </button>
        </td>
        <td data-kind="more" aria-hidden="true">
          {t('moreEntries', { count: number(row.count) })}
        </td>
      </>
    );
  return (
    <>
      <Entry entry={row.entry} kind={row.entry.before} isNew={false} />
      <Entry entry={row.entry} kind={row.entry.after} isNew={row.entry.before !== row.entry.after} />
    </>
  );
}

interface ToggleProps {
  readonly isOpen: boolean;
  readonly path: string;
  readonly name: string;
}

function Toggle({ isOpen, path, name }: ToggleProps) {
  const { toggleMappingFolder } = useActions();
  return (
    <button type="button" aria-expanded={isOpen} onClick={() => void toggleMappingFolder(path)}>
      <bdi dir="ltr">{name}</bdi>
    </button>
  );
}

interface EntryProps {
  readonly entry: MappingFolderEntry;
  readonly kind: MappingEntryKind | null;
  readonly isNew: boolean;
}

function Entry({ entry: { name, action }, kind, isNew }: EntryProps) {
  const t = useTranslations('mappings');
  if (kind === null) return <td />;
  const isInTheWay = action === 'conflict';
  return (
    <td data-kind="entry" data-new={isNew || undefined} data-bad={isInTheWay || undefined}>
      {isInTheWay ? <TriangleAlert aria-label={t('group_conflict')} /> : <EntryIcon kind={kind} />}
      <bdi dir="ltr" title={name}>
        {name}
      </bdi>
    </td>
  );
}

function EntryIcon({ kind }: { readonly kind: MappingEntryKind }) {
  const t = useTranslations('mappings');
  const label = t(`entry_${kind}`);
  if (kind === 'folder') return <Folder aria-label={label} />;
  if (kind === 'vitrine_link' || kind === 'link') return <Link aria-label={label} />;
  if (kind === 'broken_vitrine_link') return <Unlink aria-label={label} />;
  return <File aria-label={label} />;
}
