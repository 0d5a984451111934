import { useTranslations } from 'use-intl';
import { useActions } from '../../app-context.tsx';
import { paneWidths } from '../../store/models-state.ts';
import css from './details-pane.module.css';

/** Drags or steps the pane's width: a slider to the keyboard, an edge to the pointer. */
export function PaneGrip({ width }: { readonly width: number }) {
  const t = useTranslations('details');
  const { setPaneWidth } = useActions();
  return (
    <div className={css.grip}>
      <input
        type="range"
        aria-label={t('resize')}
        min={paneWidths.min}
        max={paneWidths.max}
        step={16}
        value={width}
        onChange={(event) => setPaneWidth(Number(event.target.value))}
        onDoubleClick={() => setPaneWidth(paneWidths.initial)}
        onPointerDown={(event) => {
          event.preventDefault();
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
          const pane = event.currentTarget.closest('aside')?.getBoundingClientRect();
          if (pane) setPaneWidth(document.dir === 'rtl' ? event.clientX - pane.left : pane.right - event.clientX);
        }}
      />
    </div>
  );
}
