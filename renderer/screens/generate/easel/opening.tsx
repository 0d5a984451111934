import { ArrowDownLeft } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import type { ModelSummary } from '../../../../core/contract/library/model.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { examplesOf } from '../../../store/selectors.ts';
import { Button } from '../../../ui/button.tsx';
import { BlankSlate } from '../../../ui/display/blank-slate.tsx';
import { ModelStill } from '../../../ui/display/still.tsx';
import css from './easel.module.css';

const shownExamples = 6;

/** Before the first picture: the model's face, and what to begin with. */
export function Opening({ model }: { readonly model: ModelSummary }) {
  const t = useTranslations('generate');
  const { setDraft } = useActions();
  const prompts = useApp(useShallow(examplesOf));
  const about = useApp((state) =>
    model.model_id === state.status?.starter_model_id ? (state.starterPrompts?.about ?? null) : null,
  );
  return (
    <div className={`${css.slate} ${css.opening}`}>
      <div className={css.face}>
        <ModelStill model={model} />
      </div>
      <div>
        <BlankSlate title={t('emptyTitle')} text={prompts.length > 0 ? t('emptyText') : t('emptyPlain')} />
        <div className={css.examples}>
          {prompts.slice(0, shownExamples).map((prompt) => (
            <button key={prompt} type="button" className={css.example} onClick={() => setDraft({ prompt })}>
              <ArrowDownLeft />
              {prompt}
            </button>
          ))}
        </div>
        {about !== null && <p className={css.about}>{about}</p>}
      </div>
    </div>
  );
}

export function NoModel() {
  const t = useTranslations('generate');
  const { openAdd } = useActions();
  return (
    <div className={css.slate}>
      <BlankSlate
        title={t('noneTitle')}
        text={t('noneText')}
        action={
          <Button kind="next" onPress={openAdd}>
            {t('noneAction')}
          </Button>
        }
      />
    </div>
  );
}
