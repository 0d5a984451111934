import { type ComponentType, lazy, Suspense, useEffect } from 'react';
import { useActions, useApp } from '../../app-context.tsx';
import type { AppState } from '../../store/state.ts';
import { Guard } from './guard.tsx';

interface Float {
  readonly isOpen: (state: AppState) => boolean;
  readonly View: ComponentType;
}

const lazily = (load: () => Promise<ComponentType>) => lazy(async () => ({ default: await load() }));

/** What may float above any screen: its code comes when it first does. Not the palette: who opens it types on at once. */
const floats: readonly Float[] = [
  {
    isOpen: (state) => state.addSheet !== null,
    View: lazily(async () => (await import('../add/add-sheet.tsx')).AddSheetView),
  },
  {
    isOpen: (state) => state.droppedPicture !== null,
    View: lazily(async () => (await import('../generate/dropped-picture-sheet.tsx')).DroppedPictureSheet),
  },
  {
    isOpen: (state) => state.removal !== null,
    View: lazily(async () => (await import('../models/remove-dialog.tsx')).RemoveDialog),
  },
  {
    isOpen: (state) => state.relocating !== null,
    View: lazily(async () => (await import('../models/relocate-dialog.tsx')).RelocateDialog),
  },
];

export function Floats() {
  return floats.map((float, index) => <OneFloat key={String(index)} {...float} />);
}

/** Tells why nothing opened. */
function NotThere() {
  const { tell } = useActions();
  useEffect(() => tell({ kind: 'problem', problem: { code: 'unreachable', message: null } }), [tell]);
  return null;
}

function OneFloat({ isOpen, View }: Float) {
  return useApp(isOpen) ? (
    <Guard fallback={<NotThere />}>
      <Suspense fallback={null}>
        <View />
      </Suspense>
    </Guard>
  ) : null;
}
