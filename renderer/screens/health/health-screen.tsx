import { useEffect, useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import { useActions, useApp } from '../../app-context.tsx';
import { type Cause, causesOf } from '../../store/selectors.ts';
import { BlankSlate } from '../../ui/blank-slate.tsx';
import { Button } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/health-glyph.tsx';
import { PathText } from '../../ui/path-text.tsx';
import { ModelStill } from '../../ui/still.tsx';
import { useWords } from '../../ui/use-words.ts';
import list from '../list-screen.module.css';
import { mendsByPath } from '../models/model-findings.tsx';
import css from './health-screen.module.css';
import { LastCheck } from './last-check.tsx';

/** Findings by cause: worst first, drives that are away last; beside them what the last look changed. */
export function HealthScreen() {
  const t = useTranslations('healthScreen');
  const { navigate } = useActions();
  const bad = useApp(({ counts }) => counts.invalid + counts.degraded - counts.offline);
  const away = useApp(({ counts }) => counts.offline);
  const whole = useApp(({ counts }) => counts.all - counts.invalid - counts.degraded);
  const isReady = useApp((state) => state.isReady);
  const isRead = useApp((state) => state.unhealthyIds !== null);
  const records = useApp(useShallow((state) => (state.unhealthyIds ?? []).flatMap((id) => state.details[id] ?? [])));
  const causes = useMemo(() => causesOf(records), [records]);
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
        {isRead && causes.length === 0 ? (
          <div className={list.slate}>
            <BlankSlate
              title={t('emptyTitle')}
              text={t('emptyText')}
              action={<Button onPress={() => navigate('models')}>{t('emptyAction')}</Button>}
            />
          </div>
        ) : (
          <ul className={list.scroll}>
            {causes.map((cause) => (
              <CauseRow key={cause.code} cause={cause} />
            ))}
          </ul>
        )}
      </section>
      <LastCheck />
    </>
  );
}

const shownModels = 6;

function CauseRow({ cause }: { readonly cause: Cause }) {
  const t = useTranslations();
  const { number } = useWords();
  const { checkAll, lookAgain } = useActions();
  const [isWhole, setIsWhole] = useState(false);
  const isAway = cause.code === 'volume_offline';
  const state = cause.code === 'volume_offline' ? 'offline' : cause.severity === 'error' ? 'invalid' : 'degraded';
  const hidden = cause.models.length - shownModels;
  const ids = [...new Set(cause.models.map(({ record }) => record.model_id))];
  const messages = new Set(cause.models.map(({ finding }) => finding.message));
  const [shared] = messages.size === 1 ? messages : [];
  return (
    <li className={css.cause}>
      <span className={css.glyph}>
        <HealthGlyph state={state} />
      </span>
      <div>
        <h2 className={css.title}>
          {t(`finding.${cause.code}`)}
          <span className={css.count}>{t('healthScreen.count', { count: ids.length })}</span>
          <span className={css.code}>{cause.code}</span>
        </h2>
        {shared !== undefined && <p className={css.means}>{shared}</p>}
      </div>
      {(isAway || ids.length > 1) && (
        <div className={css.deed}>
          <Button size="small" onPress={() => void (isAway ? lookAgain() : checkAll(ids))}>
            {t(isAway ? 'bar.lookAgain' : 'healthScreen.checkAll')}
          </Button>
        </div>
      )}
      <ul className={css.who}>
        {cause.models.slice(0, isWhole ? undefined : shownModels).map(({ record, finding }) => (
          <ModelRow
            key={`${record.model_id}/${finding.path ?? ''}`}
            cause={cause}
            record={record}
            finding={finding}
            says={shared === undefined}
          />
        ))}
        {hidden > 0 && !isWhole && (
          <li className={css.more}>
            <button type="button" onClick={() => setIsWhole(true)}>
              {t('healthScreen.more', { count: number(hidden) })}
            </button>
          </li>
        )}
      </ul>
    </li>
  );
}

type Sick = Cause['models'][number];

function ModelRow({ record, finding, says, cause }: Sick & { readonly says: boolean; readonly cause: Cause }) {
  const t = useTranslations('healthScreen');
  const { showModel, checkAgain, acceptFinding, askToRelocate, askToRemove } = useActions();
  const canRelocate = record.storage_kind === 'external_reference' && mendsByPath.has(cause.code);
  const where = finding.path === undefined ? record.entry_path : `${record.entry_path} → ${finding.path}`;
  return (
    <li>
      <ModelStill
        model={{ fingerprint: record.hashes.fingerprint, model_type: record.model_type, family: record.family }}
        size={20}
      />
      <button
        type="button"
        className={css.name}
        aria-label={t('open', { name: record.name })}
        onClick={() => showModel(record.model_id)}
      >
        {record.name}
      </button>
      {says ? (
        <span className={css.means} title={where}>
          {finding.message}
        </span>
      ) : (
        <PathText path={where} maxCharacters={72} />
      )}
      <span className={css.acts}>
        {cause.severity === 'warning' && cause.code !== 'volume_offline' && (
          <Button kind="plain" size="small" onPress={() => void acceptFinding(record.model_id, finding)}>
            {t('accept')}
          </Button>
        )}
        {canRelocate && (
          <Button kind="plain" size="small" onPress={() => askToRelocate(record.model_id)}>
            {t('relocate')}
          </Button>
        )}
        <Button kind="plain" size="small" onPress={() => void checkAgain(record.model_id)}>
          {t('check')}
        </Button>
        <Button kind="plain" size="small" onPress={() => askToRemove(record.model_id)}>
          {t('remove')}
        </Button>
      </span>
    </li>
  );
}
