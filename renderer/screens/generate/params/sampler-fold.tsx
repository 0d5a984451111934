import { useTranslations } from 'use-intl';
import { samplerNames, schedulerNames } from '../../../../core/contract/generate/generate.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { Fold, Pick } from './fold.tsx';

/** Sampler and noise schedule. */
export function SamplerFold() {
  const t = useTranslations('generate');
  const { setDraft } = useActions();
  const { sampler, scheduler } = useApp((state) => state.draft);
  const named = (name: string) => (name === 'Automatic' ? t('automatic') : name);
  const value =
    sampler === 'Automatic' && scheduler === 'Automatic'
      ? t('automatic')
      : scheduler === 'Automatic'
        ? sampler
        : t('samplerValue', { sampler: named(sampler), scheduler });
  return (
    <Fold name="sampler" title={t('sampler')} value={value}>
      <Pick
        label={t('sampler')}
        value={sampler}
        options={samplerNames}
        named={named}
        onChange={(next) => setDraft({ sampler: next })}
      />
      <Pick
        label={t('schedule')}
        value={scheduler}
        options={schedulerNames}
        named={named}
        onChange={(next) => setDraft({ scheduler: next })}
      />
    </Fold>
  );
}
