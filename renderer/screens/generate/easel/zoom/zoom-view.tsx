import { type CSSProperties, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { reachable } from '../../../../ui/reachable.ts';
import { moved, type Place, type View, viewAfterKey, wholePicture, zoomedAt } from './zoom.ts';
import css from './zoom-view.module.css';

interface ZoomViewProps {
  /** In px. */
  readonly pictureWidth: number;
  readonly view: View;
  readonly onChange: (view: View) => void;
  readonly children: ReactNode;
}

/** A picture to look at closely: wheel and pinch zoom where the pointer is, a drag moves, two presses go between whole and pixels. */
export function ZoomView({ pictureWidth, view, onChange, children }: ZoomViewProps) {
  const t = useTranslations('generate');
  const frame = useRef<HTMLDivElement>(null);
  const [isDragging, setIsDragging] = useState(false);
  const latest = useRef({ view, onChange });
  useEffect(() => {
    latest.current = { view, onChange };
  });
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    // Not passive, as React's own would be: the page must not scroll or zoom as well.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const factor = Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002));
      latest.current.onChange(zoomedAt(latest.current.view, factor, placeOf(element, event)));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, []);
  const pixelScale = () => pictureWidth / ((frame.current?.clientWidth || pictureWidth) * window.devicePixelRatio);
  return (
    <div
      ref={frame}
      role="application"
      {...reachable}
      className={css.view}
      aria-label={t('zoomKeys')}
      data-close={view.scale > 1 || undefined}
      data-dragging={isDragging || undefined}
      style={{ '--scale': view.scale, '--x': `${view.x * 100}%`, '--y': `${view.y * 100}%` } as CSSProperties}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
        const next = viewAfterKey(event.key, view, pixelScale());
        if (next === null) return;
        event.preventDefault();
        onChange(next);
      }}
      onDoubleClick={(event) => {
        if (isControl(event.target)) return;
        const at = placeOf(event.currentTarget, event);
        onChange(view.scale > 1 ? wholePicture : zoomedAt(view, Math.max(2, pixelScale()), at));
      }}
      onPointerDown={(event) => {
        if (event.button !== 0 || view.scale === 1 || isControl(event.target)) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setIsDragging(true);
      }}
      onPointerMove={({ movementX, movementY, currentTarget }) => {
        if (isDragging)
          onChange(moved(view, movementX / currentTarget.clientWidth, movementY / currentTarget.clientHeight));
      }}
      onPointerUp={() => setIsDragging(false)}
      onPointerCancel={() => setIsDragging(false)}
    >
      {children}
    </div>
  );
}

function placeOf(
  element: Element,
  { clientX, clientY }: { readonly clientX: number; readonly clientY: number },
): Place {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: (clientX - left) / width - 0.5, y: (clientY - top) / height - 0.5 };
}

function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('input, button') !== null;
}
