import { ClipboardCheck, RefreshCw } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import { Button } from '../../ui/button.tsx';
import { roomForPane, useMedia } from '../../ui/use-media.ts';

/** What the Health screen has in the bar. */
export function HealthDeeds() {
  const t = useTranslations();
  const { lookAgain, toggleLastCheck } = useActions();
  const isReconciling = useApp((state) => state.isReconciling);
  const isOpen = useApp((state) => state.isLastCheckOpen);
  const hasRoom = useMedia(roomForPane);
  return (
    <>
      {!hasRoom && (
        <Button kind="plain" isPressed={isOpen} onPress={toggleLastCheck}>
          <ClipboardCheck />
          {t('lastCheck.title')}
        </Button>
      )}
      <Button isDisabled={isReconciling} onPress={() => void lookAgain()}>
        <RefreshCw />
        {t(isReconciling ? 'bar.looking' : 'bar.lookAgain')}
      </Button>
    </>
  );
}
