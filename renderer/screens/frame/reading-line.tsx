import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import type { AppStatus } from '../../store/state.ts';
import { Button } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/display/health-glyph.tsx';
import css from './reading-line.module.css';

/** Over every screen while the library can only be read: why, and what ends that. */
export function ReadingLine() {
  const t = useTranslations('reading');
  const { restart, chooseLibrary, canPickFolder } = useActions();
  const refusal = useApp((state) => state.status?.library_refusal ?? null);
  if (refusal === null) return null;
  const isHeld = refusal.code === 'library_locked';
  return (
    <section className={css.line} aria-label={t('title')}>
      <HealthGlyph state="degraded" />
      <p>
        <b>{t('title')}</b> {why(refusal)}
      </p>
      {canPickFolder && (
        <Button
          size="small"
          onPress={() => void (isHeld ? restart() : chooseLibrary().then((chosen) => (chosen ? restart() : null)))}
        >
          {isHeld ? t('restart') : t('choose')}
        </Button>
      )}
    </section>
  );

  function why({ details }: NonNullable<AppStatus['library_refusal']>): string {
    if (!isHeld) return t('unwritable');
    return typeof details?.pid === 'number' ? t('held', { pid: String(details.pid) }) : t('heldUnknown');
  }
}
