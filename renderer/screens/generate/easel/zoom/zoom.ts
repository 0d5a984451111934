/** How a picture is looked at: `scale` times its size in the window, moved by so many of the window's sides from the middle. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

export const wholePicture: View = { scale: 1, x: 0, y: 0 };
const middle: Place = { x: 0, y: 0 };
const mostScale = 32;
const zoomStep = 1.5;
const moveStep = 0.1;

/** Zooms by `factor`, so that what lies at `at` (sides of the window from its middle) stays there. */
export function zoomedAt(view: View, factor: number, at: Place = middle): View {
  const scale = Math.min(mostScale, Math.max(1, view.scale * factor));
  const ratio = scale / view.scale;
  return held({ scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio });
}

export const closer = (view: View): View => zoomedAt(view, zoomStep);
export const farther = (view: View): View => zoomedAt(view, 1 / zoomStep);

export function moved(view: View, x: number, y: number): View {
  return held({ ...view, x: view.x + x, y: view.y + y });
}

/** A picture never leaves its window: its edges stop at the window's. */
function held({ scale, x, y }: View): View {
  const most = (scale - 1) / 2;
  const hold = (value: number) => (most === 0 ? 0 : Math.min(most, Math.max(-most, value)));
  return { scale, x: hold(x), y: hold(y) };
}

/** What a key does to the view; null for one that does nothing. `pixelScale` is where a pixel of the picture is one of the screen. */
export function viewAfterKey(key: string, view: View, pixelScale: number): View | null {
  switch (key) {
    case '+':
    case '=':
      return closer(view);
    case '-':
      return farther(view);
    case '0':
      return wholePicture;
    case '1':
      return zoomedAt(wholePicture, pixelScale);
  }
  if (view.scale === 1) return null;
  switch (key) {
    case 'ArrowLeft':
      return moved(view, moveStep, 0);
    case 'ArrowRight':
      return moved(view, -moveStep, 0);
    case 'ArrowUp':
      return moved(view, 0, moveStep);
    case 'ArrowDown':
      return moved(view, 0, -moveStep);
    default:
      return null;
  }
}
