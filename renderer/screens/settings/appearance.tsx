import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import { Contrast, Theme } from '../../store/settings/appearance.ts';
import { Choice } from '../../ui/choice.tsx';
import { Pref } from './pref.tsx';

export function Appearance() {
  const t = useTranslations('settings');
  const { setAppearance } = useActions();
  const theme = useApp((state) => state.theme);
  const contrast = useApp((state) => state.contrast);
  return (
    <>
      <Pref title={t('theme')}>
        <Choice
          size="row"
          label={t('theme')}
          value={theme}
          options={Theme.options.map((value) => ({ value, text: t(value) }))}
          onChange={(value) => setAppearance({ theme: value })}
        />
      </Pref>
      <Pref title={t('contrast')} text={t('contrastMeans')}>
        <Choice
          size="row"
          label={t('contrast')}
          value={contrast}
          options={Contrast.options.map((value) => ({ value, text: t(value) }))}
          onChange={(value) => setAppearance({ contrast: value })}
        />
      </Pref>
    </>
  );
}
