import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import { useActions, useApp } from '../../app-context.tsx';
import { removalSum } from '../../store/models/removal-sum.ts';
import { Button } from '../../ui/button.tsx';
import { PathText } from '../../ui/display/path-text.tsx';
import { ProgressLine } from '../../ui/display/progress.tsx';
import { reachable } from '../../ui/reachable.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { useWords } from '../../ui/use-words.ts';
import css from './model-dialog.module.css';

const rowHeight = 24;

/** Exactly what would go and what stays, before anything does: of one model, or of all that are picked. */
export function RemoveDialog() {
  const t = useTranslations('remove');
  const { askToRemove, remove } = useActions();
  const { bytes, number } = useWords();
  const removal = useApp((state) => state.removal);
  const names = useApp(
    useShallow((state) => state.removal?.modelIds.slice(0, 1).map((id) => state.models[id]?.name ?? id) ?? []),
  );
  if (!removal) return null;
  const count = removal.modelIds.length;
  const sum = removalSum(removal.previews);
  const title = count === 1 ? t('title', { name: names[0] ?? '' }) : t('titleMany', { count: number(count) });
  const isReady = removal.phase === 'ready';
  return (
    <Sheet label={title} size="small" role="alertdialog" onClose={() => askToRemove(null)}>
      <div className={css.body}>
        <h2>{title}</h2>
        {!isReady && count > 1 && (
          <>
            <p>{t('reading', { done: number(removal.previews.length), count: number(count) })}</p>
            <ProgressLine label={t('readingLabel')} fraction={removal.previews.length / count} />
          </>
        )}
        {isReady && sum.externalCount > 0 && <p>{t('textExternal', { count: sum.externalCount })}</p>}
        {isReady && sum.ownedCount > 0 && (
          <p>{t('textLibrary', { count: sum.ownedCount, size: bytes(sum.ownedBytes) })}</p>
        )}
        {sum.removed.length > 0 && (
          <Paths
            title={t('goes')}
            rows={sum.removed.map(({ path, size_bytes }) => ({ path, size: bytes(size_bytes) }))}
          />
        )}
        {sum.kept.length > 0 && <Paths title={t('stays')} rows={sum.kept.map((path) => ({ path }))} />}
        {sum.links.length > 0 && <Paths title={t('links')} rows={sum.links.map((path) => ({ path }))} />}
        <p className={css.was}>{t('undoable', { count })}</p>
      </div>
      <footer className={css.foot}>
        <Button kind="plain" autoFocus onPress={() => askToRemove(null)}>
          {t('cancel', { count })}
        </Button>
        <Button kind="danger" isDisabled={!isReady} onPress={() => void remove()}>
          {t('confirm', { count })}
        </Button>
      </footer>
    </Sheet>
  );
}

interface PathsProps {
  readonly title: string;
  readonly rows: readonly { readonly path: string; readonly size?: string }[];
}

/** However many there are, all can be looked at: only those in sight are drawn. */
function Paths({ title, rows }: PathsProps) {
  const { number } = useWords();
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 6,
  });
  return (
    <>
      <h3>
        {title}
        {rows.length > 1 && <span>{number(rows.length)}</span>}
      </h3>
      <section ref={scroll} className={css.paths} {...reachable} aria-label={title}>
        <ul style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            return (
              row && (
                <li key={`${index}-${row.path}`} style={{ transform: `translateY(${start}px)` }}>
                  <PathText path={row.path} maxCharacters={48} />
                  <span>{row.size}</span>
                </li>
              )
            );
          })}
        </ul>
      </section>
    </>
  );
}
