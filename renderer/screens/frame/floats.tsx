import { type ComponentType, lazy, Suspense, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import type { Actions } from '../../store/actions.ts';
import type { AppState } from '../../store/state.ts';
import { Button } from '../../ui/button.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import dialog from '../dialog.module.css';
import { Guard } from './guard.tsx';

interface Float {
  readonly name: string;
  readonly isOpen: (state: AppState) => boolean;
  readonly load: () => Promise<ComponentType>;
  readonly close: (actions: Actions) => void;
}

/** What may float above any screen: its code comes when it first does. Not the palette: who opens it types on at once. */
const floats: readonly Float[] = [
  {
    name: 'add',
    isOpen: ({ addSheet }) => addSheet !== null && !addSheet.isHidden,
    load: async () => (await import('../add/add-sheet.tsx')).AddSheetView,
    close: ({ closeAdd }) => closeAdd(),
  },
  {
    name: 'dropped picture',
    isOpen: ({ droppedPicture }) => droppedPicture !== null,
    load: async () => (await import('../generate/dropped-picture-sheet.tsx')).DroppedPictureSheet,
    close: ({ closeDropped }) => closeDropped(),
  },
  {
    name: 'removal',
    isOpen: ({ removal }) => removal !== null,
    load: async () => (await import('../models/remove-dialog.tsx')).RemoveDialog,
    close: ({ askToRemove }) => askToRemove(null),
  },
  {
    name: 'relocating',
    isOpen: ({ relocating }) => relocating !== null,
    load: async () => (await import('../models/relocate-dialog.tsx')).RelocateDialog,
    close: ({ askToRelocate }) => askToRelocate(null),
  },
];

export function Floats() {
  return floats.map((float) => <OneFloat key={float.name} {...float} />);
}

const viewOf = (load: Float['load']) => lazy(async () => ({ default: await load() }));

function OneFloat({ isOpen, load, close }: Float) {
  const actions = useActions();
  // Code that failed to come is asked for again by another view.
  const [{ View, tries }, setLate] = useState(() => ({ View: viewOf(load), tries: 0 }));
  const retry = () => setLate((before) => ({ View: viewOf(load), tries: before.tries + 1 }));
  const leave = () => {
    close(actions);
    retry();
  };
  return useApp(isOpen) ? (
    <Guard key={tries} fallback={<NotThere onRetry={retry} onClose={leave} />}>
      <Suspense fallback={null}>
        <View />
      </Suspense>
    </Guard>
  ) : null;
}

/** Stands where the float would: what was asked for stays asked for until it comes or is given up. */
function NotThere({ onRetry, onClose }: { readonly onRetry: () => void; readonly onClose: () => void }) {
  const t = useTranslations('screens');
  return (
    <Sheet label={t('floatFailed')} size="small" role="alertdialog" onClose={onClose}>
      <div className={dialog.body}>
        <h2>{t('floatFailed')}</h2>
        <p>{t('floatFailedMeans')}</p>
      </div>
      <footer className={dialog.foot}>
        <Button kind="plain" onPress={onClose}>
          {t('close')}
        </Button>
        <Button autoFocus onPress={onRetry}>
          {t('again')}
        </Button>
      </footer>
    </Sheet>
  );
}
