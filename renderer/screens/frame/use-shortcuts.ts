import { useEffect, useRef } from 'react';
import { useActions, useApp } from '../../app-context.tsx';
import { ScreenChord } from './screen-chord.ts';

export const searchFieldId = 'search';

/** `/` searches, `g` and a letter goes to a screen, Ctrl or Cmd with K opens the palette, with Enter generates, Escape steps back one thing. */
export function useShortcuts() {
  const actions = useActions();
  const screen = useApp((state) => state.screen);
  const isPaneOpen = useApp((state) => state.isPaneOpen && state.selectedId !== null);
  const isJobPaneOpen = useApp((state) => state.isJobPaneOpen && state.selectedJobId !== null);
  const isLedgerOpen = useApp((state) => state.isLedgerOpen);
  const isLastCheckOpen = useApp((state) => state.isLastCheckOpen);
  const isBusy = useApp((state) =>
    state.jobIds.some((id) => ['running', 'queued'].includes(state.jobs[id]?.status ?? '')),
  );
  const isComparing = useApp((state) => state.comparing !== null);
  const hasSheet = useApp(
    ({ addSheet, removal, droppedPicture, clearing, undoing, relocating, isPaletteOpen }) =>
      isPaletteOpen ||
      addSheet?.isHidden === false ||
      [removal, droppedPicture, clearing, undoing, relocating].some((open) => open !== null),
  );
  // Not the effect's own: a job that ends between the two keys begins that anew.
  const chord = useRef(new ScreenChord());
  useEffect(() => {
    // Before the widgets see it: a button or a radio with the focus takes Enter for its own, with Ctrl as well.
    const onEarlyKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
        event.preventDefault();
        if (!hasSheet) actions.openPalette();
        return;
      }
      if (hasSheet || screen !== 'generate' || event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      event.stopPropagation();
      void actions.generate();
    };
    const onKey = (event: KeyboardEvent) => {
      if (hasSheet || event.defaultPrevented) return;
      if (event.key === 'Escape') {
        if (screen === 'generate' && isComparing) actions.endCompare();
        else if (screen === 'generate' && isBusy) actions.cancelCurrent();
        else if (screen === 'models' && isPaneOpen) actions.closePane();
        else if (screen === 'queue' && isJobPaneOpen) actions.closeJobPane();
        else if (screen === 'mappings' && isLedgerOpen) actions.toggleLedger();
        else if (screen === 'health' && isLastCheckOpen) actions.toggleLastCheck();
        else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
        return;
      }
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === '/') {
        event.preventDefault();
        const field = document.getElementById(searchFieldId);
        if (field instanceof HTMLInputElement) {
          field.focus();
          field.select();
        }
        return;
      }
      const target = chord.current.press(event.key, event.timeStamp);
      if (target === null) return;
      event.preventDefault();
      actions.navigate(target);
    };
    window.addEventListener('keydown', onEarlyKey, { capture: true });
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onEarlyKey, { capture: true });
      window.removeEventListener('keydown', onKey);
    };
  }, [actions, screen, isPaneOpen, isJobPaneOpen, isLedgerOpen, isLastCheckOpen, isBusy, isComparing, hasSheet]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}
