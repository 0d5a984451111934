import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, useEffect, useMemo, useRef } from 'react';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import { useActions, useApp } from '../../../app-context.tsx';
import { easelOf, type FilmItem, filmOf, previewOf, runningJob, waitingJobs } from '../../../store/selectors.ts';
import { HealthGlyph } from '../../../ui/display/health-glyph.tsx';
import { EmptyStill, PictureStill } from '../../../ui/display/still.tsx';
import { useWords } from '../../../ui/use-words.ts';
import css from './film.module.css';
import { useFrameSide } from './use-frame-side.ts';

const gap = 8;
const dayHeight = 20;
/** So many frames before the end of what was read, the rest is asked for. */
const readAhead = 12;

/** What forms, what will, what was made. A listbox with one tab stop; only the frames in sight are drawn. */
export function Film() {
  const t = useTranslations('generate');
  const { selectInStudio, compare, loadMorePictures } = useActions();
  const pictures = useApp((state) => state.pictures);
  const running = useApp(runningJob);
  const waiting = useApp(useShallow(waitingJobs));
  const preview = useApp((state) => (running ? previewOf(state, running, running.progress?.item_index ?? 0) : null));
  const isComparing = useApp((state) => state.comparing !== null);
  const comparedKey = useApp((state) => state.comparing?.pictureId ?? null);
  const failed = useApp((state) => {
    const easel = easelOf(state);
    return easel.kind === 'failed' ? easel.job : null;
  });
  const selectedKey = useApp((state) => {
    const easel = easelOf(state);
    return easel.kind === 'picture' ? easel.artifact.id : easel.kind === 'empty' ? '' : easel.job.id;
  });
  const items = useMemo(
    () => filmOf({ pictures, running, preview, failed, waiting }),
    [pictures, running, preview, failed, waiting],
  );
  const scroll = useRef<HTMLDivElement>(null);
  const side = useFrameSide(scroll);
  const frames = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: (index) => (items[index]?.kind === 'day' ? dayHeight : side) + gap,
    getItemKey: (index) => items[index]?.key ?? index,
    overscan: 6,
    paddingStart: 6,
    paddingEnd: 12,
    scrollPaddingStart: 8,
    scrollPaddingEnd: 8,
  });
  useEffect(() => {
    if (side > 0) frames.measure();
  }, [frames, side]);
  const visible = frames.getVirtualItems();
  const lastVisible = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastVisible > items.length - readAhead) void loadMorePictures();
  }, [lastVisible, items.length, loadMorePictures]);

  const choose = (index: number) => {
    const item = items[index];
    if (!item || !canChoose(item)) return;
    frames.scrollToIndex(index);
    if (item.kind !== 'picture') selectInStudio({ kind: 'job', jobId: item.job.id });
    else if (isComparing && item.key !== selectedKey) compare(item.artifact.id);
    else selectInStudio({ kind: 'picture', pictureId: item.artifact.id });
  };
  const onClick = ({ target }: MouseEvent) => {
    const key = target instanceof Element ? target.closest<HTMLElement>('[data-key]')?.dataset.key : undefined;
    choose(items.findIndex((item) => item.key === key));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const places = items.flatMap((item, index) => (canChoose(item) ? [index] : []));
    const at = places.findIndex((index) => items[index]?.key === (comparedKey ?? selectedKey));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: places.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(places[Math.min(places.length - 1, Math.max(0, to))] ?? -1);
  };
  const isDrawn = visible.some(({ index }) => items[index]?.key === selectedKey);
  return (
    <div
      ref={scroll}
      className={css.film}
      role="listbox"
      tabIndex={0}
      aria-label={t('film')}
      aria-activedescendant={isDrawn ? `film-${selectedKey}` : undefined}
      onClick={onClick}
      onKeyDown={onKeyDown}
    >
      <div className={css.strip} role="presentation" style={{ height: frames.getTotalSize() }}>
        {visible.map(({ index, start, key }) => {
          const item = items[index];
          return (
            item && (
              <div
                key={key}
                className={css.place}
                role="presentation"
                style={{ transform: `translateY(${start}px)`, height: item.kind === 'day' ? dayHeight : side }}
              >
                <FilmFrame item={item} isSelected={item.key === selectedKey} isCompared={item.key === comparedKey} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

type Frame = Exclude<FilmItem, { readonly kind: 'day' | 'soon' }>;

function canChoose(item: FilmItem): item is Frame {
  return item.kind !== 'day' && item.kind !== 'soon';
}

interface FilmFrameProps {
  readonly item: FilmItem;
  readonly isSelected: boolean;
  readonly isCompared: boolean;
}

function FilmFrame({ item, isSelected, isCompared }: FilmFrameProps) {
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
      data-compared={isCompared || undefined}
      data-key={item.key}
      aria-label={nameOf(item)}
      title={item.kind === 'waiting' ? item.job.request.prompt : undefined}
    >
      {item.kind === 'picture' && <PictureStill artifact={item.artifact} alt="" />}
      {item.kind === 'picture' && item.artifact.step === 'upscale' && (
        <span className={css.badge} aria-hidden="true">
          ×
        </span>
      )}
      {item.kind === 'forming' && <EmptyStill>{item.preview !== null && <img src={item.preview} alt="" />}</EmptyStill>}
      {item.kind === 'waiting' && (
        <span className={css.waiting}>{t('waitingCount', { count: item.job.request.count })}</span>
      )}
      {item.kind === 'failed' && (
        <span className={`${css.soon} ${css.failed}`}>
          <HealthGlyph state="invalid" />
        </span>
      )}
    </span>
  );

  function nameOf(shown: Frame): string {
    switch (shown.kind) {
      case 'picture':
        return shown.artifact.step === 'upscale'
          ? t('pictureUpscaled', { seed: String(shown.artifact.seed ?? '') })
          : t('picture', { seed: String(shown.artifact.seed ?? '') });
      case 'forming':
        return t('forming');
      case 'waiting':
        return t('waitingTile', { count: shown.job.request.count, prompt: shown.job.request.prompt });
      case 'failed':
        return t('failedTile');
    }
  }
}
