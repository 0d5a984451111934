import { X } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import type { Notice } from '../../store/state.ts';
import { Button, Tool } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/health-glyph.tsx';
import css from './notice-line.module.css';

const shownMs = 4000;
/** Long enough to see that it was the wrong one. */
const undoMs = 12_000;

/** Says what was done or why not, without taking the focus. What went wrong stays until it is closed. */
export function NoticeLine() {
  const t = useTranslations();
  const { dismissNotice, restore } = useActions();
  const notice = useApp((state) => state.notice);
  useEffect(() => {
    if (notice === null || notice.kind === 'problem') return;
    const timer = setTimeout(dismissNotice, notice.kind === 'removed' ? undoMs : shownMs);
    return () => clearTimeout(timer);
  }, [notice, dismissNotice]);
  return (
    <div role="status" aria-live="polite">
      {notice && (
        <div className={css.toast} key={notice.id}>
          {notice.kind === 'problem' && <HealthGlyph state="invalid" />}
          <span>{said(notice)}</span>
          {notice.kind === 'removed' && notice.trashId !== null && <Undo trashId={notice.trashId} onUndo={restore} />}
          <Tool label={t('notice.close')} onPress={dismissNotice}>
            <X />
          </Tool>
        </div>
      )}
    </div>
  );

  function said(shown: Notice): string {
    if (shown.kind === 'added') return t('notice.added', { count: shown.count });
    if (shown.kind === 'queued') return t('notice.queued');
    if (shown.kind === 'cleared') return t(`notice.cleared_${shown.what}`, { count: shown.count });
    if (shown.kind === 'removed') return t('notice.removed', { name: shown.name });
    return shown.text === 'unreachable' ? t('app.unreachable') : shown.text;
  }
}

interface UndoProps {
  readonly trashId: string;
  readonly onUndo: (trashId: string) => void;
}

function Undo({ trashId, onUndo }: UndoProps) {
  const t = useTranslations('notice');
  return (
    <Button kind="plain" size="small" onPress={() => onUndo(trashId)}>
      {t('undo')}
    </Button>
  );
}
