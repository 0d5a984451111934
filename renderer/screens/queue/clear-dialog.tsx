import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import { Button } from '../../ui/button.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import css from '../dialog.module.css';

/** Says exactly what would go before anything does: neither can be undone. */
export function ClearDialog() {
  const t = useTranslations('queue');
  const { askToClear, clearQueue } = useActions();
  const clearing = useApp((state) => state.clearing);
  const count = useApp(({ line, history }) => (clearing === 'waiting' ? (line?.waiting.length ?? 0) : history.total));
  if (clearing === null) return null;
  const title = t(clearing === 'waiting' ? 'clearWaitingTitle' : 'clearEndedTitle', { count });
  return (
    <Sheet label={title} size="small" role="alertdialog" onClose={() => askToClear(null)}>
      <div className={css.body}>
        <h2>{title}</h2>
        <p>{t(clearing === 'waiting' ? 'clearWaitingText' : 'clearEndedText')}</p>
      </div>
      <footer className={css.foot}>
        <Button kind="plain" autoFocus onPress={() => askToClear(null)}>
          {t('clearNot')}
        </Button>
        <Button kind="danger" onPress={() => void clearQueue(clearing)}>
          {t(clearing === 'waiting' ? 'clearWaitingYes' : 'clearEndedYes')}
        </Button>
      </footer>
    </Sheet>
  );
}
