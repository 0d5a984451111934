import { useTranslations } from 'use-intl';
import type { Finding } from '../../../../core/contract/library/finding.ts';
import type { Metadata } from '../../../../core/contract/library/metadata.ts';
import { useActions } from '../../../app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { FindingPanel } from '../../../ui/display/finding-panel.tsx';
import { FindingText } from '../../../ui/display/finding-text.tsx';
import css from './details-pane.module.css';

interface ModelFindingsProps {
  readonly record: Metadata;
  readonly findings: readonly Finding[];
}

/** Findings that saying where the files are now can mend. */
export const mendsByPath: ReadonlySet<Finding['code']> = new Set([
  'missing_entry_path',
  'path_not_found',
  'path_not_directory',
  'volume_offline',
  'source_changed',
  'truncated_weights',
  'missing_shard',
  'missing_weights',
]);

/** What is wrong with one model, each with what mends it. The first action of the first finding is the one thing to do next. */
export function ModelFindings({ record, findings }: ModelFindingsProps) {
  const t = useTranslations();
  const { acceptFinding, askToRelocate, checkAgain, reveal, canReveal } = useActions();
  return findings.map((finding, index) => (
    <FindingPanel
      key={`${finding.code}/${finding.path ?? ''}`}
      state={finding.code === 'volume_offline' ? 'offline' : finding.severity === 'error' ? 'invalid' : 'degraded'}
      what={t(`finding.${finding.code}`)}
      where={finding.path}
      mends={[<FindingText key="text" finding={finding} isNamed />]}
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
          {mendsByPath.has(finding.code) && record.storage_kind === 'external_reference' && (
            <Button size="small" onPress={() => askToRelocate(record.model_id)}>
              {t('details.relocate')}
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

/** Warnings that were accepted, each with the way back. */
export function AcceptedFindings({ record }: { readonly record: Metadata }) {
  const t = useTranslations();
  const { revokeFinding } = useActions();
  const accepted = record.validation_errors.filter((finding) => finding.accepted === true);
  if (accepted.length === 0) return null;
  return (
    <div className={`${css.accepted} ${css.rule}`}>
      <span className={css.label}>{t('finding.accepted')}</span>
      {accepted.map((finding) => (
        <p key={`${finding.code}/${finding.path ?? ''}`} title={finding.message}>
          {t(`finding.${finding.code}`)}
          <Button kind="plain" size="small" onPress={() => void revokeFinding(record.model_id, finding)}>
            {t('finding.revoke')}
          </Button>
        </p>
      ))}
    </div>
  );
}
