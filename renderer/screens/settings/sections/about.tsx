import { Copy } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../../app-context.tsx';
import { Tool } from '../../../ui/button.tsx';
import { Pref } from './pref.tsx';
import { UpdatePrefs } from './update-prefs.tsx';

export function About() {
  const t = useTranslations('settings');
  const { copyText } = useActions();
  const doctor = useApp((state) => state.doctor);
  if (!doctor) return null;
  const { version, node_version: node, platform } = doctor;
  const said = t('versionValue', { version, node, platform });
  return (
    <>
      <Pref title={t('version')} text={said}>
        <Tool label={t('copyVersion')} onPress={() => void copyText(said, t('copiedVersion'))}>
          <Copy />
        </Tool>
      </Pref>
      <UpdatePrefs />
    </>
  );
}
