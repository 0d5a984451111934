import { lazy, Suspense, useEffect } from 'react';
import { useApp } from '../../app-context.tsx';
import { isFirstRun } from '../../store/selectors.ts';
import { Case } from '../add/drop/case.tsx';
import { useWindowDrop } from '../add/drop/use-window-drop.ts';
import { Palette } from '../palette/palette.tsx';
import { Bar } from './edges/bar.tsx';
import { Rail } from './edges/rail.tsx';
import { StatusLine } from './edges/status-line.tsx';
import { Floats } from './floats.tsx';
import css from './frame.module.css';
import { Guard } from './guard.tsx';
import { NoticeLine } from './notice-line.tsx';
import { ReadingLine } from './reading-line.tsx';
import { ScreenPlace } from './screen-place.tsx';
import { useShortcuts } from './use-shortcuts.ts';

/** Seen once in a library's life: its code is not what everybody else waits for. */
const Welcome = lazy(async () => ({ default: (await import('../welcome/welcome-screen.tsx')).WelcomeScreen }));

export function Frame() {
  const isFirst = useApp(isFirstRun);
  const hovering = useWindowDrop();
  useAppearance();
  useShortcuts();
  return (
    <>
      {hovering !== null && <Case count={hovering} />}
      <div className={css.room} data-recedes={hovering !== null || undefined}>
        <ReadingLine />
        {isFirst ? (
          <Guard fallback={<Screens />}>
            <Suspense fallback={null}>
              <Welcome />
            </Suspense>
          </Guard>
        ) : (
          <Screens />
        )}
      </div>
      <Floats />
      <Palette />
      <NoticeLine />
    </>
  );
}

function Screens() {
  const screen = useApp((state) => state.screen);
  return (
    <div className={css.frame}>
      <Rail />
      <Bar />
      <main className={css.main}>
        <ScreenPlace screen={screen} />
      </main>
      <StatusLine />
    </div>
  );
}

function useAppearance() {
  const theme = useApp((state) => state.theme);
  const contrast = useApp((state) => state.contrast);
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (theme === 'system') delete dataset.theme;
    else dataset.theme = theme;
    if (contrast === 'system') delete dataset.contrast;
    else dataset.contrast = contrast;
  }, [theme, contrast]);
}
