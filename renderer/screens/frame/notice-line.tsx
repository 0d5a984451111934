import { X } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import type { Notice } from '../../store/state.ts';
import { Button, Tool } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/display/health-glyph.tsx';
import { useWords } from '../../ui/use-words.ts';
import css from './notice-line.module.css';

const shownMs = 4000;
/** Long enough to see that it was the wrong one. */
const undoMs = 12_000;

/** Says what was done or why not, without taking the focus. What went wrong stays until it is closed. */
export function NoticeLine() {
  const t = useTranslations();
  const { dismissNotice, restore } = useActions();
  const { failed } = useWords();
  const notice = useApp((state) => state.notice);
  useEffect(() => {
    if (notice === null || notice.kind === 'problem') return;
    const timer = setTimeout(dismissNotice, notice.kind === 'removed' || notice.kind === 'linked' ? undoMs : shownMs);
    return () => clearTimeout(timer);
  }, [notice, dismissNotice]);
  return (
    <div role="status" aria-live="polite">
      {notice && (
        <div className={css.toast} key={notice.id}>
          {notice.kind === 'problem' && <HealthGlyph state="invalid" />}
          <span>{said(notice)}</span>
          {notice.kind === 'linked' && notice.applyId !== null && notice.count > 0 && (
            <LinksUndo applyId={notice.applyId} />
          )}
          {notice.kind === 'removed' && notice.trashIds.length > 0 && (
            <Undo onUndo={() => void restore(notice.trashIds)} />
          )}
          <Tool label={t('notice.close')} onPress={dismissNotice}>
            <X />
          </Tool>
        </div>
      )}
    </div>
  );

  function said(shown: Notice): string {
    if (shown.kind === 'added') return t('notice.added', { count: shown.count });
    if (shown.kind === 'linked')
      return t(shown.isCanceled ? 'notice.linkedCanceled' : 'notice.linked', {
        count: shown.count,
        failed: shown.failed,
      });
    if (shown.kind === 'unlinked') return t('notice.unlinked', { count: shown.count, left: shown.left });
    if (shown.kind === 'queued') return t('notice.queued');
    if (shown.kind === 'cleared') return t(`notice.cleared_${shown.what}`, { count: shown.count });
    if (shown.kind === 'removed') return t('notice.removed', { name: shown.name, count: shown.count });
    if (shown.kind === 'problem') return failed(shown.problem);
    return shown.text;
  }
}

function Undo({ onUndo }: { readonly onUndo: () => void }) {
  const t = useTranslations('notice');
  return (
    <Button kind="plain" size="small" onPress={onUndo}>
      {t('undo')}
    </Button>
  );
}

function LinksUndo({ applyId }: { readonly applyId: string }) {
  const { undoApply } = useActions();
  return <Undo onUndo={() => void undoApply(applyId)} />;
}
