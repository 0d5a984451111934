import { X } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import { Tool } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/health-glyph.tsx';
import css from './notice-line.module.css';

const shownMs = 4000;

/** Says what was done or why not, without taking the focus. What went wrong stays until it is closed. */
export function NoticeLine() {
  const t = useTranslations();
  const { dismissNotice } = useActions();
  const notice = useApp((state) => state.notice);
  useEffect(() => {
    if (notice?.kind !== 'done') return;
    const timer = setTimeout(dismissNotice, shownMs);
    return () => clearTimeout(timer);
  }, [notice, dismissNotice]);
  return (
    <div role="status" aria-live="polite">
      {notice && (
        <div className={css.toast} key={notice.id}>
          {notice.kind === 'problem' && <HealthGlyph state="invalid" />}
          <span>{notice.text === 'unreachable' ? t('app.unreachable') : notice.text}</span>
          <Tool label={t('notice.close')} onPress={dismissNotice}>
            <X />
          </Tool>
        </div>
      )}
    </div>
  );
}
