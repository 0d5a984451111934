import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import { Button } from '../../ui/button.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { useWords } from '../../ui/use-words.ts';
import css from './remove-dialog.module.css';

export function RemoveDialog() {
  const t = useTranslations('remove');
  const { askToRemove, remove } = useActions();
  const { bytes } = useWords();
  const model = useApp((state) => (state.removing === null ? undefined : state.models[state.removing]));
  if (!model) return null;
  const title = t('title', { name: model.name });
  return (
    <Sheet label={title} size="small" role="alertdialog" onClose={() => askToRemove(null)}>
      <div className={css.body}>
        <h2>{title}</h2>
        <p>
          {model.storage_kind === 'external_reference'
            ? t('textExternal')
            : t('textLibrary', { size: bytes(model.size_bytes) })}
        </p>
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
