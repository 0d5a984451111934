import { X } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { ReconcileReport } from '../../../core/contract/library/reconcile.ts';
import { useActions, useApp } from '../../app-context.tsx';
import { Button, Tool } from '../../ui/button.tsx';
import { PathText } from '../../ui/display/path-text.tsx';
import { roomForPane, useMedia } from '../../ui/use-media.ts';
import { useWords } from '../../ui/use-words.ts';
import { SidePane } from '../side-pane.tsx';
import css from './last-check.module.css';

const shownChanges = 12;
const kinds = ['added', 'updated', 'adopted', 'removed', 'partial'] as const;

/** What the last look at the disk changed, and what was removed and can come back. */
export function LastCheck() {
  const t = useTranslations('lastCheck');
  const report = useApp((state) => state.lastReconcile);
  const trash = useApp((state) => state.trash);
  const hasRoom = useMedia(roomForPane);
  const isOpen = useApp((state) => state.isLastCheckOpen);
  const { toggleLastCheck } = useActions();
  if ((report === null && trash.length === 0) || (!hasRoom && !isOpen)) return null;
  return (
    <SidePane label={t('title')}>
      {!hasRoom && (
        <div className={css.close}>
          <Tool label={t('close')} onPress={toggleLastCheck}>
            <X />
          </Tool>
        </div>
      )}
      {report && <Report report={report} />}
      <Removed />
    </SidePane>
  );
}

function Report({ report }: { readonly report: ReconcileReport }) {
  const t = useTranslations('lastCheck');
  const { day, time, number, duration } = useWords();
  const tookMs = Date.parse(report.finished_at) - Date.parse(report.started_at);
  const looked = report.added + report.updated + report.adopted + report.unchanged;
  return (
    <>
      <h2 className={css.title}>{t('title')}</h2>
      <p className={css.when}>
        {t('when', {
          day: day(report.finished_at),
          time: time(report.finished_at),
          count: looked,
          took: duration(tookMs),
        })}
      </p>
      <dl className={css.facts}>
        {kinds.map((kind) => (
          <div key={kind}>
            <dt>{t(kind)}</dt>
            <dd>{number(report[kind])}</dd>
          </div>
        ))}
        <div>
          <dt>{t('unchanged')}</dt>
          <dd>{number(report.unchanged)}</dd>
        </div>
      </dl>
      {kinds.map((kind) => (
        <Changes key={kind} kind={kind} report={report} />
      ))}
    </>
  );
}

function Changes({ kind, report }: { readonly kind: (typeof kinds)[number]; readonly report: ReconcileReport }) {
  const t = useTranslations('lastCheck');
  const { number } = useWords();
  const { showModel } = useActions();
  const models = useApp((state) => state.models);
  const changes = report.changes[kind];
  if (changes.length === 0) return null;
  return (
    <section className={css.changes}>
      <h3>{t(kind)}</h3>
      <ul>
        {changes.slice(0, shownChanges).map((change) => {
          if ('path' in change)
            return (
              <li key={change.path}>
                <PathText path={change.path} maxCharacters={36} />
                <p>{change.reason}</p>
              </li>
            );
          const { model_id, reason } = change;
          const model = models[model_id];
          return (
            <li key={model_id}>
              {model ? (
                <button type="button" onClick={() => showModel(model_id)}>
                  {model.name}
                </button>
              ) : (
                <bdi dir="ltr">{model_id}</bdi>
              )}
              <p>{reason}</p>
            </li>
          );
        })}
        {report[kind] > shownChanges && <li>{t('more', { count: number(report[kind] - shownChanges) })}</li>}
      </ul>
    </section>
  );
}

function Removed() {
  const t = useTranslations('lastCheck');
  const { restore } = useActions();
  const { day } = useWords();
  const trash = useApp((state) => state.trash);
  if (trash.length === 0) return null;
  return (
    <section className={css.changes}>
      <h3>{t('trash')}</h3>
      <ul>
        {trash.slice(0, shownChanges).map(({ trash_id, name, expires_at }) => (
          <li key={trash_id} className={css.gone}>
            <div>
              {name}
              <p>{t('until', { day: day(expires_at) })}</p>
            </div>
            <Button
              kind="plain"
              size="small"
              label={t('restoreNamed', { name })}
              onPress={() => void restore([trash_id])}
            >
              {t('restore')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
