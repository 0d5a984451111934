import { useTranslations } from 'use-intl';
import type { ModelSummary } from '../../../../core/contract/library/model.ts';
import { useActions } from '../../../app-context.tsx';
import css from './details-pane.module.css';

interface ModelNameProps {
  readonly model: ModelSummary;
  readonly isRenaming: boolean;
  readonly onEnd: () => void;
}

/** The name, or the field that changes it: Enter keeps what was typed, Escape what was there. The id never changes. */
export function ModelName({ model, isRenaming, onEnd }: ModelNameProps) {
  const t = useTranslations('details');
  const { edit } = useActions();
  if (!isRenaming) return <h2>{model.name}</h2>;
  const keep = (typed: string) => {
    const name = typed.trim();
    if (name !== '' && name !== model.name) void edit(model.model_id, { name });
    onEnd();
  };
  return (
    <input
      className={css.rename}
      aria-label={t('name')}
      defaultValue={model.name}
      maxLength={200}
      autoComplete="off"
      ref={(field) => {
        if (field && document.activeElement !== field) {
          field.focus();
          field.select();
        }
      }}
      onBlur={(event) => keep(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.currentTarget.value = model.name;
        event.currentTarget.blur();
      }}
    />
  );
}
