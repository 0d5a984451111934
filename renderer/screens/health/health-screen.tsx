import { useEffect, useMemo } from 'react';
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
import css from './health-screen.module.css';

/** Findings by cause: worst first, drives that are away last. */
export function HealthScreen() {
  const t = useTranslations('healthScreen');
  const { navigate } = useActions();
  const bad = useApp((state) => state.counts.invalid + state.counts.degraded);
  const isReady = useApp((state) => state.isReady);
  const isRead = useApp((state) => state.unhealthyIds !== null);
  const records = useApp(useShallow((state) => (state.unhealthyIds ?? []).flatMap((id) => state.details[id] ?? [])));
  const causes = useMemo(() => causesOf(records), [records]);
  useEffect(() => {
    if (isReady && !isRead) navigate('health');
  }, [isReady, isRead, navigate]);
  return (
    <section className={list.content}>
      <div className={list.head}>
        <h1>{t('title')}</h1>
        {isReady && <p className={list.lede}>{t('lede', { bad })}</p>}
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
  );
}

const shownModels = 6;

function CauseRow({ cause }: { readonly cause: Cause }) {
  const t = useTranslations();
  const { number } = useWords();
  const state = cause.code === 'volume_offline' ? 'offline' : cause.severity === 'error' ? 'invalid' : 'degraded';
  const hidden = cause.models.length - shownModels;
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
          <span className={css.count}>{t('healthScreen.count', { count: cause.models.length })}</span>
          <span className={css.code}>{cause.code}</span>
        </h2>
        {shared !== undefined && <p className={css.means}>{shared}</p>}
      </div>
      <ul className={css.who}>
        {cause.models.slice(0, shownModels).map(({ record, finding }) => (
          <ModelRow
            key={`${record.model_id}/${finding.path ?? ''}`}
            cause={cause}
            record={record}
            finding={finding}
            says={shared === undefined}
          />
        ))}
        {hidden > 0 && <li className={css.more}>{t('healthScreen.more', { count: number(hidden) })}</li>}
      </ul>
    </li>
  );
}

type Sick = Cause['models'][number];

function ModelRow({ record, finding, says, cause }: Sick & { readonly says: boolean; readonly cause: Cause }) {
  const t = useTranslations('healthScreen');
  const { showModel, checkAgain, acceptFinding } = useActions();
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
        <Button kind="plain" size="small" onPress={() => void checkAgain(record.model_id)}>
          {t('check')}
        </Button>
      </span>
    </li>
  );
}
