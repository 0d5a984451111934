import type { CSSProperties, ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../app-context.tsx';
import { paneWidths } from '../store/models/models-part.ts';
import css from './side-pane.module.css';

interface SidePaneProps {
  readonly label: string;
  readonly children: ReactNode;
  /** What stays in sight at its foot. */
  readonly foot?: ReactNode;
}

/** Beside a list, what is chosen in it; its width is remembered. In a narrow window it floats over the list. */
export function SidePane({ label, children, foot }: SidePaneProps) {
  const width = useApp((state) => state.paneWidth);
  return (
    <aside className={css.pane} aria-label={label} style={{ '--width': `${width}px` } as CSSProperties}>
      <Grip width={width} />
      <div className={css.body}>{children}</div>
      {foot && <footer className={css.foot}>{foot}</footer>}
    </aside>
  );
}

/** Drags or steps the pane's width: a slider to the keyboard, an edge to the pointer. */
function Grip({ width }: { readonly width: number }) {
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
