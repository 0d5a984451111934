import { Ellipsis } from 'lucide-react';
import type { ComponentProps } from 'react';
import { useTranslations } from 'use-intl';
import type { Cause, ModelFinding } from '../../../core/contract/cause.ts';
import { useActions } from '../../app-context.tsx';
import { ToolTrigger } from '../../ui/button.tsx';
import { WholePath } from '../../ui/display/path-text.tsx';
import { ModelStill } from '../../ui/display/still.tsx';
import { Menu } from '../../ui/menu.tsx';
import css from './health-screen.module.css';

/** Beside the finding, where its row stands: a long list places each. */
interface FindingRowProps extends ModelFinding, ComponentProps<'li'> {
  readonly cause: Cause;
}

/** A model with what is wrong with it, and all that can be done about it. */
export function FindingRow({ model, finding, cause, ...place }: FindingRowProps) {
  const t = useTranslations();
  const { showModel, checkAgain, acceptFinding, askToRelocate, askToRemove, reveal, canReveal, copyText } =
    useActions();
  const where = finding.path === undefined ? model.entry_path : `${model.entry_path} → ${finding.path}`;
  const isAway = cause.drive !== null;
  const entries = [
    { id: 'check', text: t('healthScreen.check') },
    ...(model.storage_kind === 'external_reference' ? [{ id: 'relocate', text: t('healthScreen.relocate') }] : []),
    ...(canReveal && !isAway ? [{ id: 'reveal', text: t('details.reveal') }] : []),
    { id: 'copy', text: t('details.copyPath') },
    ...(cause.severity === 'warning' && !isAway ? [{ id: 'accept', text: t('healthScreen.accept') }] : []),
    { id: 'show', text: t('generate.showHealth') },
    { id: 'remove', text: t('healthScreen.remove'), kind: 'danger' as const, isApart: true },
  ];
  const acts: Readonly<Record<string, () => void>> = {
    check: () => void checkAgain(model.model_id),
    relocate: () => askToRelocate(model.model_id),
    reveal: () => void reveal(model.entry_path),
    copy: () => void copyText(model.entry_path, t('details.copiedPath')),
    accept: () => void acceptFinding(model.model_id, finding),
    show: () => showModel(model.model_id),
    remove: () => askToRemove(model.model_id),
  };
  const more = t('healthScreen.mendNamed', { name: model.name });
  return (
    <li {...place}>
      <ModelStill model={{ ...model, is_offline: isAway }} size={20} />
      <button
        type="button"
        className={css.name}
        aria-label={t('healthScreen.open', { name: model.name })}
        onClick={() => showModel(model.model_id)}
      >
        {model.name}
      </button>
      <div className={css.where}>
        <WholePath path={where} />
        {!isAway && <p lang="en">{finding.message}</p>}
      </div>
      <Menu
        label={more}
        trigger={
          <ToolTrigger label={more}>
            <Ellipsis />
          </ToolTrigger>
        }
        entries={entries}
        onAction={(id) => acts[id]?.()}
      />
    </li>
  );
}
