import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import { Button } from '../../ui/button.tsx';
import { PathText } from '../../ui/path-text.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { useWords } from '../../ui/use-words.ts';
import css from './model-dialog.module.css';

const shownPaths = 8;
const pathCharacters = 48;

/** Exactly what would go and what stays, before anything does. */
export function RemoveDialog() {
  const t = useTranslations('remove');
  const { askToRemove, remove } = useActions();
  const { bytes, number } = useWords();
  const model = useApp((state) => (state.removing === null ? undefined : state.models[state.removing]));
  const removal = useApp((state) => state.removal);
  if (!model) return null;
  const title = t('title', { name: model.name });
  const list = <Row,>(rows: readonly Row[], rowOf: (row: Row) => ReactNode) => (
    <ul className={css.paths}>
      {rows.slice(0, shownPaths).map(rowOf)}
      {rows.length > shownPaths && <li>{t('more', { count: number(rows.length - shownPaths) })}</li>}
    </ul>
  );
  const plainPath = (path: string) => (
    <li key={path}>
      <PathText path={path} maxCharacters={pathCharacters} />
    </li>
  );
  return (
    <Sheet label={title} size="small" role="alertdialog" onClose={() => askToRemove(null)}>
      <div className={css.body}>
        <h2>{title}</h2>
        <p>
          {model.storage_kind === 'external_reference'
            ? t('textExternal')
            : t('textLibrary', { size: bytes(model.size_bytes) })}
        </p>
        {removal && (
          <>
            <h3>{t('goes')}</h3>
            {list(removal.removed, ({ path, size_bytes }) => (
              <li key={path}>
                <PathText path={path} maxCharacters={pathCharacters} />
                <span>{bytes(size_bytes)}</span>
              </li>
            ))}
            {removal.kept.length > 0 && (
              <>
                <h3>{t('stays')}</h3>
                {list(removal.kept, plainPath)}
              </>
            )}
            {removal.links.length > 0 && (
              <>
                <h3>{t('links')}</h3>
                {list(removal.links, plainPath)}
              </>
            )}
          </>
        )}
        <p className={css.was}>{t('undoable')}</p>
      </div>
      <footer className={css.foot}>
        <Button kind="plain" autoFocus onPress={() => askToRemove(null)}>
          {t('cancel')}
        </Button>
        <Button kind="danger" onPress={() => void remove(model.model_id)}>
          {t('confirm')}
        </Button>
      </footer>
    </Sheet>
  );
}
