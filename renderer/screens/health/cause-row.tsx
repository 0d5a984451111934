import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useActions } from '../../app-context.tsx';
import { type Cause, type Mend, mendOf } from '../../store/health/causes.ts';
import { Button, ToolTrigger } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/display/health-glyph.tsx';
import { Menu } from '../../ui/menu.tsx';
import { PathText } from '../../ui/display/path-text.tsx';
import { ModelStill } from '../../ui/display/still.tsx';
import { useWords } from '../../ui/use-words.ts';
import css from './health-screen.module.css';

const shownModels = 6;

interface CauseRowProps {
  readonly cause: Cause;
  /** Its button is the one thing to do next. */
  readonly isNext: boolean;
}

/** One thing that is wrong: what it means, what mends it, and which models have it. */
export function CauseRow({ cause, isNext }: CauseRowProps) {
  const t = useTranslations();
  const { number } = useWords();
  const [isWhole, setIsWhole] = useState(false);
  const { code, drive, severity } = cause;
  const state = drive !== null ? 'offline' : severity === 'error' ? 'invalid' : 'degraded';
  const ids = [...new Set(cause.models.map(({ record }) => record.model_id))];
  const hidden = cause.models.length - shownModels;
  const title = drive === null ? t(`finding.${code}`) : t('healthScreen.driveAway', { drive });
  return (
    <li className={css.cause}>
      <span className={css.glyph}>
        <HealthGlyph state={state} />
      </span>
      <div>
        <h2 className={css.title}>
          {title}
          <span className={css.count}>{t('healthScreen.count', { count: ids.length })}</span>
          <span className={css.code}>{code}</span>
        </h2>
        <p className={css.means}>{t(`means.${code}`)}</p>
      </div>
      <CauseDeed cause={cause} ids={ids} isNext={isNext} />
      <ul className={css.who}>
        {cause.models.slice(0, isWhole ? undefined : shownModels).map(({ record, finding }) => (
          <ModelRow key={`${record.model_id}/${finding.path ?? ''}`} cause={cause} record={record} finding={finding} />
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

interface CauseDeedProps extends CauseRowProps {
  readonly ids: readonly string[];
}

/** What mends one model by itself; for several what can be done to all of them at once. */
function CauseDeed({ cause, ids, isNext }: CauseDeedProps) {
  const t = useTranslations('healthScreen');
  const { checkAll, lookAgain, acceptFinding, askToRelocate } = useActions();
  const [only] = cause.models;
  const mend = mendOf(cause);
  const isExternal = only?.record.storage_kind === 'external_reference';
  const deed: Mend =
    ids.length > 1 && mend !== 'lookAgain' ? 'check' : mend === 'relocate' && !isExternal ? 'check' : mend;
  const acts: Readonly<Record<Mend, () => void>> = {
    relocate: () => only && askToRelocate(only.record.model_id),
    accept: () => only && void acceptFinding(only.record.model_id, only.finding),
    lookAgain: () => void lookAgain(),
    check: () => void checkAll(ids),
  };
  return (
    <div className={css.deed}>
      <Button size="small" kind={isNext ? 'next' : 'edge'} onPress={acts[deed]}>
        {deed === 'check' && ids.length > 1 ? t('checkAll') : t(deed)}
      </Button>
    </div>
  );
}

function ModelRow({ record, finding, cause }: Cause['models'][number] & { readonly cause: Cause }) {
  const t = useTranslations();
  const { showModel, checkAgain, acceptFinding, askToRelocate, askToRemove, reveal, canReveal, copyText } =
    useActions();
  const where = finding.path === undefined ? record.entry_path : `${record.entry_path} → ${finding.path}`;
  const isAway = cause.drive !== null;
  const entries = [
    { id: 'check', text: t('healthScreen.check') },
    ...(record.storage_kind === 'external_reference' ? [{ id: 'relocate', text: t('healthScreen.relocate') }] : []),
    ...(canReveal && !isAway ? [{ id: 'reveal', text: t('details.reveal') }] : []),
    { id: 'copy', text: t('details.copyPath') },
    ...(cause.severity === 'warning' && !isAway ? [{ id: 'accept', text: t('healthScreen.accept') }] : []),
    { id: 'show', text: t('generate.showHealth') },
    { id: 'remove', text: t('healthScreen.remove'), kind: 'danger' as const, isApart: true },
  ];
  const acts: Readonly<Record<string, () => void>> = {
    check: () => void checkAgain(record.model_id),
    relocate: () => askToRelocate(record.model_id),
    reveal: () => void reveal(record.entry_path),
    copy: () => void copyText(record.entry_path, t('details.copiedPath')),
    accept: () => void acceptFinding(record.model_id, finding),
    show: () => showModel(record.model_id),
    remove: () => askToRemove(record.model_id),
  };
  const more = t('healthScreen.mendNamed', { name: record.name });
  return (
    <li>
      <ModelStill
        model={{
          fingerprint: record.hashes.fingerprint,
          model_type: record.model_type,
          family: record.family,
          is_offline: isAway,
        }}
        size={20}
      />
      <button
        type="button"
        className={css.name}
        aria-label={t('healthScreen.open', { name: record.name })}
        onClick={() => showModel(record.model_id)}
      >
        {record.name}
      </button>
      <div className={css.where}>
        <PathText path={where} maxCharacters={88} />
        {!isAway && <p>{finding.message}</p>}
      </div>
      <Menu
        label={more}
        trigger={
          <ToolTrigger label={more}>
            <Ellipsis />
          </ToolTrigger>
        }
        entries={entries}
        onAction={(id) => acts[id]?.()}
      />
    </li>
  );
}
