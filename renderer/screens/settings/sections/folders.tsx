import { Copy, FolderOpen } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../../app-context.tsx';
import { Button, Tool } from '../../../ui/button.tsx';
import { PathText } from '../../../ui/display/path-text.tsx';
import { Pref } from './pref.tsx';

export function Folders() {
  const t = useTranslations('settings');
  const { chooseLibrary, restart, canPickFolder } = useActions();
  const status = useApp((state) => state.status);
  const nextLibrary = useApp((state) => state.nextLibrary);
  const logPath = useApp((state) => state.doctor?.log_path ?? null);
  if (!status) return null;
  return (
    <>
      <Pref title={t('library')} text={t('libraryMeans')}>
        <Place path={status.library_path} />
        {canPickFolder && (
          <Button size="small" onPress={() => void chooseLibrary()}>
            {t('chooseLibrary')}
          </Button>
        )}
      </Pref>
      {nextLibrary !== null && nextLibrary !== status.library_path && (
        <Pref title={t('nextLibrary')} text={t('nextLibraryMeans')}>
          <PathText path={nextLibrary} maxCharacters={36} />
          <Button size="small" kind="next" onPress={() => void restart()}>
            {t('restart')}
          </Button>
        </Pref>
      )}
      <Pref title={t('data')} text={t('dataMeans')}>
        <Place path={status.data_path} />
      </Pref>
      <Pref title={t('log')} text={t('logMeans')}>
        {logPath !== null && <Place path={logPath} />}
      </Pref>
    </>
  );
}

function Place({ path }: { readonly path: string }) {
  const t = useTranslations('details');
  const { canReveal, reveal, copyText } = useActions();
  return (
    <>
      <PathText path={path} maxCharacters={36} />
      {canReveal && (
        <Tool label={t('reveal')} onPress={() => void reveal(path)}>
          <FolderOpen />
        </Tool>
      )}
      <Tool label={t('copyPath')} onPress={() => void copyText(path, t('copiedPath'))}>
        <Copy />
      </Tool>
    </>
  );
}
