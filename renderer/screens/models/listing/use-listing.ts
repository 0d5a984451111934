import type { KeyboardEvent, MouseEvent } from 'react';
import { useActions, useApp } from '../../../app-context.tsx';
import { activeRowOf } from '../../../store/selectors.ts';
import { movedIndex, pressedId } from './listing-keys.ts';

/** Below this the pane floats: it opens when asked for, not by itself. */
export const roomyWidth = 1180;

interface Shape {
  readonly columns: number;
  readonly rowsAPage: () => number;
  readonly scrollTo: (index: number) => void;
}

/** What pointer and keys do to a listing, the same for wall and table: one is active, several may be picked. */
export function useListing({ columns, rowsAPage, scrollTo }: Shape) {
  const { selectModel, selectRow, togglePick, pickUntil, pickAll, pickNone, generateWith, askToRemove, edit } =
    useActions();
  const total = useApp((state) => state.listing.total);
  const activeRow = useApp(activeRowOf);
  const selectedId = useApp((state) => state.selectedId);
  const pickedIds = useApp((state) => state.pickedIds);
  const isFavourite = useApp((state) => selectedId !== null && state.models[selectedId]?.favourite === true);

  const press = (event: MouseEvent) => {
    const id = pressedId(event.target);
    if (id === null) return;
    const isOnMark = event.target instanceof Element && event.target.closest('[data-mark]') !== null;
    if (event.shiftKey) void pickUntil(rowAt(event.target));
    else if (event.ctrlKey || event.metaKey || isOnMark) togglePick(id);
    else selectModel(id);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const isCommand = event.ctrlKey || event.metaKey;
    if (act(event, isCommand)) {
      event.preventDefault();
      return;
    }
    const next = movedIndex(event.key, activeRow, total, columns, rowsAPage(), document.dir === 'rtl');
    if (next === null || isCommand) return;
    event.preventDefault();
    scrollTo(next);
    if (event.shiftKey) void pickUntil(next);
    else void selectRow(next, window.innerWidth > roomyWidth);
  };

  /** Whether the key was one that acts instead of moves. */
  const act = ({ key, shiftKey }: KeyboardEvent, isCommand: boolean): boolean => {
    if (key === 'a' && isCommand) void pickAll();
    else if (key === 'Escape' && pickedIds.size > 0) pickNone();
    else if (selectedId === null) return false;
    else if (key === 'Enter' && !isCommand && shiftKey) generateWith(selectedId);
    else if (key === 'Enter' && !isCommand) selectModel(selectedId);
    else if (key === ' ') togglePick(selectedId);
    else if (key === 'f' && !isCommand) void edit(selectedId, { favourite: !isFavourite });
    else if (key === 'Delete') askToRemove(pickedIds.size > 0 ? [...pickedIds] : selectedId);
    else return false;
    return true;
  };

  return {
    activeRow,
    isSelected: (id: string) => (pickedIds.size > 0 ? pickedIds.has(id) : id === selectedId),
    isPicking: pickedIds.size > 0,
    handlers: {
      onClick: press,
      onDoubleClick: (event: MouseEvent) => {
        const id = pressedId(event.target);
        if (id !== null && !event.ctrlKey && !event.metaKey && !event.shiftKey) generateWith(id);
      },
      onKeyDown,
    },
  };
}

function rowAt(target: EventTarget): number {
  if (!(target instanceof Element)) return 0;
  return Number(target.closest<HTMLElement>('[data-row]')?.dataset.row ?? 0);
}
