import { History } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import { Button } from '../../ui/button.tsx';

/** What the Mappings screen has in the bar. */
export function MappingsDeeds() {
  const t = useTranslations('mappings');
  const { toggleLedger } = useActions();
  const isOpen = useApp((state) => state.isLedgerOpen);
  return (
    <Button kind="plain" isPressed={isOpen} onPress={toggleLedger}>
      <History />
      {t('ledger')}
    </Button>
  );
}
