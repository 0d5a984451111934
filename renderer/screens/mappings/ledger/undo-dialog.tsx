import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../../app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { PathText } from '../../../ui/display/path-text.tsx';
import { Sheet } from '../../../ui/sheet.tsx';
import { useWords } from '../../../ui/use-words.ts';
import dialog from '../../dialog.module.css';
import css from './undo-dialog.module.css';

const shownLinks = 6;

/** Which links go, before any does. The models they lead to stay. */
export function UndoDialog() {
  const t = useTranslations('mappings');
  const { moment, number } = useWords();
  const { askToUndo, undoApply } = useActions();
  const undoing = useApp((state) => state.undoing);
  if (undoing === null) return null;
  const { apply, entries } = undoing;
  const title = t('undoTitle', { count: apply.standing });
  return (
    <Sheet label={title} size="small" role="alertdialog" onClose={() => askToUndo(null)}>
      <div className={dialog.body}>
        <h2>{title}</h2>
        <p>{t('undoText', { app: apply.label, date: moment(apply.applied_at) })}</p>
        <ul className={css.links}>
          {(entries ?? []).slice(0, shownLinks).map(({ target }) => (
            <li key={target}>
              <PathText path={target} maxCharacters={52} />
            </li>
          ))}
          {entries !== null && apply.standing > shownLinks && (
            <li>{t('moreLinks', { count: number(apply.standing - shownLinks) })}</li>
          )}
        </ul>
      </div>
      <footer className={dialog.foot}>
        <Button kind="plain" autoFocus onPress={() => askToUndo(null)}>
          {t('undoNot')}
        </Button>
        <Button kind="danger" onPress={() => void undoApply(apply.apply_id)}>
          {t('undoYes', { count: apply.standing })}
        </Button>
      </footer>
    </Sheet>
  );
}
