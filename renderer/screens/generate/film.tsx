import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import { easelOf, type FilmItem, filmOf, previewOf, runningJob } from '../../store/selectors.ts';
import { HealthGlyph } from '../../ui/health-glyph.tsx';
import { EmptyStill, PictureStill } from '../../ui/still.tsx';
import { useWords } from '../../ui/use-words.ts';
import css from './film.module.css';

/** What forms, what will, what was made. A listbox with one tab stop. */
export function Film() {
  const t = useTranslations('generate');
  const { selectInStudio } = useActions();
  const pictures = useApp((state) => state.pictures);
  const running = useApp(runningJob);
  const preview = useApp((state) => (running ? previewOf(state, running, running.progress?.item_index ?? 0) : null));
  const failed = useApp((state) => {
    const easel = easelOf(state);
    return easel.kind === 'failed' ? easel.job : null;
  });
  const selectedKey = useApp((state) => {
    const easel = easelOf(state);
    return easel.kind === 'picture' ? easel.artifact.id : easel.kind === 'empty' ? '' : easel.job.id;
  });
  const items = useMemo(() => filmOf(pictures, running, preview, failed), [pictures, running, preview, failed]);
  const choosable = items.filter(({ kind }) => kind !== 'day' && kind !== 'soon');
  const selectedAt = choosable.findIndex(({ key }) => key === selectedKey);
  const choose = (item: FilmItem | undefined) => {
    if (item?.kind === 'picture') selectInStudio({ kind: 'picture', pictureId: item.artifact.id });
    if (item?.kind === 'forming' || item?.kind === 'failed') selectInStudio({ kind: 'job', jobId: item.job.id });
    if (item) document.getElementById(`film-${item.key}`)?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <div
      className={css.film}
      role="listbox"
      tabIndex={0}
      aria-label={t('film')}
      aria-activedescendant={selectedAt >= 0 ? `film-${selectedKey}` : undefined}
      onClick={(event) => {
        const key =
          event.target instanceof Element ? event.target.closest<HTMLElement>('[data-key]')?.dataset.key : undefined;
        choose(choosable.find((item) => item.key === key));
      }}
      onKeyDown={(event) => {
        const to = { ArrowDown: selectedAt + 1, ArrowUp: selectedAt - 1, Home: 0, End: choosable.length - 1 }[
          event.key
        ];
        if (to === undefined) return;
        event.preventDefault();
        choose(choosable[Math.min(choosable.length - 1, Math.max(0, to))]);
      }}
    >
      {items.map((item) => (
        <FilmFrame key={item.key} item={item} isSelected={item.key === selectedKey} />
      ))}
    </div>
  );
}

function FilmFrame({ item, isSelected }: { readonly item: FilmItem; readonly isSelected: boolean }) {
  const t = useTranslations('generate');
  const { day } = useWords();
  if (item.kind === 'day')
    return (
      <span className={css.day} role="presentation">
        {day(item.date)}
      </span>
    );
  if (item.kind === 'soon')
    return (
      <span className={css.soon} aria-hidden="true">
        {item.number}
      </span>
    );
  return (
    <span
      className={css.frame}
      id={`film-${item.key}`}
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      data-key={item.key}
      aria-label={
        item.kind === 'picture'
          ? t('picture', { seed: String(item.artifact.seed ?? '') })
          : item.kind === 'forming'
            ? t('forming')
            : t('failedTile')
      }
    >
      {item.kind === 'picture' && <PictureStill artifact={item.artifact} alt="" />}
      {item.kind === 'forming' && <EmptyStill>{item.preview !== null && <img src={item.preview} alt="" />}</EmptyStill>}
      {item.kind === 'failed' && (
        <span className={`${css.soon} ${css.failed}`}>
          <HealthGlyph state="invalid" />
        </span>
      )}
    </span>
  );
}
