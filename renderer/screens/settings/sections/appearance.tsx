import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../../app-context.tsx';
import { LanguageChoice, languageNames } from '../../../messages/locale.ts';
import { Contrast, Theme } from '../../../store/settings/appearance-part.ts';
import { Choice } from '../../../ui/fields/choice.tsx';
import { Pref } from './pref.tsx';

export function Appearance() {
  const t = useTranslations('settings');
  const { setAppearance } = useActions();
  const theme = useApp((state) => state.theme);
  const contrast = useApp((state) => state.contrast);
  const language = useApp((state) => state.language);
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
      <Pref title={t('language')} text={t('languageMeans')}>
        <Choice
          size="row"
          label={t('language')}
          value={language}
          options={LanguageChoice.options.map((value) => ({
            value,
            text: value === 'system' ? t('system') : <span lang={value}>{languageNames[value]}</span>,
          }))}
          onChange={(value) => setAppearance({ language: value })}
        />
      </Pref>
    </>
  );
}
