import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../../app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { HealthGlyph } from '../../../ui/display/health-glyph.tsx';
import { Choice } from '../../../ui/fields/choice.tsx';
import { useMedia } from '../../../ui/use-media.ts';
import css from './plan-panes.module.css';
import { PlanTable } from './plan-table.tsx';
import { PlanTrees } from './plan-trees.tsx';

const sides = ['table', 'tree'] as const;

/** What happens, as a table and as the folders before and after; one of the two in a narrow window. */
export function PlanPanes() {
  const t = useTranslations('mappings');
  const [side, setSide] = useState<(typeof sides)[number]>('table');
  const isLedgerOpen = useApp((state) => state.isLedgerOpen);
  const hasRoom = useMedia(isLedgerOpen ? '(min-width: 1500px)' : '(min-width: 1181px)');
  return (
    <>
      <Remarks />
      {!hasRoom && (
        <div className={css.sides}>
          <Choice
            label={t('view')}
            value={side}
            options={sides.map((value) => ({ value, text: t(`view_${value}`) }))}
            onChange={setSide}
          />
        </div>
      )}
      <div className={css.plan} data-both={hasRoom || undefined}>
        {(hasRoom || side === 'table') && <PlanTable />}
        {(hasRoom || side === 'tree') && <PlanTrees />}
      </div>
    </>
  );
}

/** What is to be known before: nothing says that it is that app, only broken links are looked at, what to do in the app. */
function Remarks() {
  const t = useTranslations('mappings');
  const { nameOtherwise } = useActions();
  const plan = useApp((state) => state.planView?.plan);
  if (!plan) return null;
  const renamed = plan.summary.reasons.other_name ?? 0;
  const remarks = [
    ...(plan.evidence.length === 0 ? [t('noEvidence', { app: plan.label })] : []),
    ...(plan.repair_only ? [t('repairOnly')] : []),
    ...(plan.note === null ? [] : [plan.note]),
  ];
  if (remarks.length === 0 && renamed === 0) return null;
  return (
    <ul className={css.remarks}>
      {remarks.map((remark) => (
        <li key={remark}>
          <HealthGlyph state={remark === plan.note ? 'offline' : 'degraded'} />
          {remark}
        </li>
      ))}
      {renamed > 0 && (
        <li>
          <HealthGlyph state="offline" />
          {t('otherNamed', { count: renamed })}
          <Button kind="plain" size="small" onPress={() => nameOtherwise('none')}>
            {t('ownNames')}
          </Button>
        </li>
      )}
    </ul>
  );
}
