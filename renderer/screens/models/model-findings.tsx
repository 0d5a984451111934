import { useTranslations } from 'use-intl';
import type { Finding } from '../../../core/contract/finding.ts';
import type { Metadata } from '../../../core/contract/metadata.ts';
import { useActions } from '../../app-context.tsx';
import { Button } from '../../ui/button.tsx';
import { FindingPanel } from '../../ui/finding-panel.tsx';

interface ModelFindingsProps {
  readonly record: Metadata;
  readonly findings: readonly Finding[];
}

/** What is wrong with one model, each with what mends it. The first action of the first finding is the one thing to do next. */
export function ModelFindings({ record, findings }: ModelFindingsProps) {
  const t = useTranslations();
  const { acceptFinding, checkAgain, reveal, canReveal } = useActions();
  return findings.map((finding, index) => (
    <FindingPanel
      key={`${finding.code}/${finding.path ?? ''}`}
      state={finding.code === 'volume_offline' ? 'offline' : finding.severity === 'error' ? 'invalid' : 'degraded'}
      what={t(`finding.${finding.code}`)}
      where={finding.path}
      mends={[finding.message]}
      code={finding.code}
      actions={
        <>
          <Button kind={index === 0 ? 'next' : 'edge'} size="small" onPress={() => void checkAgain(record.model_id)}>
            {t('details.check')}
          </Button>
          {finding.severity === 'warning' && finding.code !== 'volume_offline' && (
            <Button size="small" onPress={() => void acceptFinding(record.model_id, finding)}>
              {t('finding.accept')}
            </Button>
          )}
          {canReveal && (
            <Button size="small" onPress={() => void reveal(record.entry_path)}>
              {t('details.reveal')}
            </Button>
          )}
        </>
      }
    />
  ));
}
