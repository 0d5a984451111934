import { useEffect, useRef } from 'react';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import { useActions, useApp } from '../../app-context.tsx';
import { causeKey, nextCause } from '../../store/health/causes.ts';
import { Button } from '../../ui/button.tsx';
import { BlankSlate } from '../../ui/display/blank-slate.tsx';
import list from '../list-screen.module.css';
import { CauseRow } from './cause-row.tsx';
import css from './health-screen.module.css';
import { LastCheck } from './last-check.tsx';
import { LinkFaults } from './link-faults.tsx';

/** Findings by cause: worst first, drives that are away last; beside them what the last look changed. */
export function HealthScreen() {
  const t = useTranslations('healthScreen');
  const { navigate } = useActions();
  const isReady = useApp((state) => state.isReady);
  const isRead = useApp((state) => state.causes !== null);
  const { bad, away, whole } = useApp(
    useShallow(({ counts }) => ({
      bad: counts.invalid + counts.degraded - counts.offline,
      away: counts.offline,
      whole: counts.all - counts.invalid - counts.degraded,
    })),
  );
  useEffect(() => {
    if (isReady && !isRead) navigate('health');
  }, [isReady, isRead, navigate]);
  return (
    <>
      <section className={list.content}>
        <div className={list.head}>
          <h1>{t('title')}</h1>
          {isReady && <p className={list.lede}>{t('lede', { bad, away, whole })}</p>}
        </div>
        {isRead ? <Causes /> : <Unread />}
      </section>
      <LastCheck />
    </>
  );
}

function Causes() {
  const t = useTranslations('healthScreen');
  const { navigate } = useActions();
  const scroll = useRef<HTMLUListElement>(null);
  const causes = useApp((state) => state.causes) ?? [];
  const faults = useApp((state) => state.linkCheck?.fault_count ?? 0);
  const next = nextCause(causes);
  if (causes.length === 0 && faults === 0)
    return (
      <div className={list.slate}>
        <BlankSlate
          title={t('emptyTitle')}
          text={t('emptyText')}
          action={<Button onPress={() => navigate('models')}>{t('emptyAction')}</Button>}
        />
      </div>
    );
  return (
    <ul ref={scroll} className={list.scroll}>
      {causes.map((cause) => (
        <CauseRow key={causeKey(cause)} cause={cause} isNext={cause === next} scroll={scroll} />
      ))}
      <LinkFaults />
    </ul>
  );
}

/** Nothing at first; after a moment the places of what will be. */
function Unread() {
  const t = useTranslations('healthScreen');
  return (
    <div className={css.unread} role="status">
      <span className="visually-hidden">{t('reading')}</span>
      <i />
      <i />
    </div>
  );
}
