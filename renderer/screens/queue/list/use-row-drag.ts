import { type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react';

interface RowDragOptions {
  readonly rowHeight: number;
  /** The place of a job in the line, from 0. */
  readonly placeOf: (jobId: string) => number;
  readonly count: number;
  readonly scroll: RefObject<HTMLElement | null>;
  readonly onDrop: (jobId: string, place: number) => void;
}

interface Drag {
  readonly jobId: string;
  readonly from: number;
  /** How far the row was taken from its place, in px. */
  readonly offset: number;
}

/** Within so many px of an edge the list scrolls along. */
const edge = 48;
const scrollStep = 9;

/** Takes a row of the line by its grip to another place. Escape puts it back. */
export function useRowDrag({ rowHeight, placeOf, count, scroll, onDrop }: RowDragOptions) {
  const [drag, setDrag] = useState<Drag | null>(null);
  const start = useRef({ y: 0, scrollTop: 0 });
  const pointerY = useRef(0);
  const isDragging = drag !== null;

  const target = (given: Drag) => Math.max(0, Math.min(count - 1, given.from + Math.round(given.offset / rowHeight)));
  const follow = () =>
    setDrag((now) => {
      const scrolled = (scroll.current?.scrollTop ?? 0) - start.current.scrollTop;
      return now && { ...now, offset: pointerY.current - start.current.y + scrolled };
    });
  const followNow = useRef(follow);
  followNow.current = follow;

  useEffect(() => {
    if (!isDragging) return;
    let frame = requestAnimationFrame(function tick() {
      const list = scroll.current;
      const bounds = list?.getBoundingClientRect();
      if (list && bounds) {
        const step =
          pointerY.current < bounds.top + edge ? -scrollStep : pointerY.current > bounds.bottom - edge ? scrollStep : 0;
        if (step !== 0) {
          list.scrollTop += step;
          followNow.current();
        }
      }
      frame = requestAnimationFrame(tick);
    });
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      setDrag(null);
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener('keydown', onKey, { capture: true });
    };
  }, [isDragging, scroll]);

  return {
    dragged: drag?.jobId ?? null,
    /** How far a row of the line stands from its place while another is taken past it. */
    shiftOf(jobId: string, place: number): number {
      if (drag === null || place < 0 || place >= count) return 0;
      if (jobId === drag.jobId) return drag.offset;
      const to = target(drag);
      if (place > drag.from && place <= to) return -rowHeight;
      return place < drag.from && place >= to ? rowHeight : 0;
    },
    gripOf: (jobId: string) => ({
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        if (event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { y: event.clientY, scrollTop: scroll.current?.scrollTop ?? 0 };
        pointerY.current = event.clientY;
        setDrag({ jobId, from: placeOf(jobId), offset: 0 });
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        if (drag === null) return;
        pointerY.current = event.clientY;
        follow();
      },
      onPointerUp: () => {
        if (drag !== null && target(drag) !== drag.from) onDrop(drag.jobId, target(drag));
        setDrag(null);
      },
      onPointerCancel: () => setDrag(null),
    }),
  };
}
