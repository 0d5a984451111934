import { useEffect } from 'react';
import { useApp } from '../../app-context.tsx';
import { isFirstRun } from '../../store/selectors.ts';
import { AddSheetView } from '../add/add-sheet.tsx';
import { Case } from '../add/case.tsx';
import { useWindowDrop } from '../add/use-window-drop.ts';
import { DroppedPictureSheet } from '../generate/dropped-picture-sheet.tsx';
import { GenerateScreen } from '../generate/generate-screen.tsx';
import { HealthScreen } from '../health/health-screen.tsx';
import { MappingsScreen } from '../mappings/mappings-screen.tsx';
import { ModelsScreen } from '../models/models-screen.tsx';
import { RelocateDialog } from '../models/relocate-dialog.tsx';
import { RemoveDialog } from '../models/remove-dialog.tsx';
import { Palette } from '../palette/palette.tsx';
import { QueueScreen } from '../queue/queue-screen.tsx';
import { SettingsScreen } from '../settings/settings-screen.tsx';
import { WelcomeScreen } from '../welcome/welcome-screen.tsx';
import { Bar } from './bar.tsx';
import css from './frame.module.css';
import { NoticeLine } from './notice-line.tsx';
import { Rail } from './rail.tsx';
import { StatusLine } from './status-line.tsx';
import { useShortcuts } from './use-shortcuts.ts';

const screens = {
  models: ModelsScreen,
  generate: GenerateScreen,
  queue: QueueScreen,
  health: HealthScreen,
  mappings: MappingsScreen,
  settings: SettingsScreen,
} as const;

export function Frame() {
  const screen = useApp((state) => state.screen);
  const isFirst = useApp(isFirstRun);
  const hovering = useWindowDrop();
  useAppearance();
  useShortcuts();
  const Screen = screens[screen];
  return (
    <>
      {hovering !== null && <Case count={hovering} />}
      <div className={css.room} data-recedes={hovering !== null || undefined}>
        {isFirst ? (
          <WelcomeScreen />
        ) : (
          <div className={css.frame}>
            <Rail />
            <Bar />
            <main className={css.main}>
              <Screen />
            </main>
            <StatusLine />
          </div>
        )}
      </div>
      <AddSheetView />
      <DroppedPictureSheet />
      <RemoveDialog />
      <RelocateDialog />
      <Palette />
      <NoticeLine />
    </>
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
