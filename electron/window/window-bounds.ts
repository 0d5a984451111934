import { z } from 'zod';

const Rectangle = z.object({ x: z.int(), y: z.int(), width: z.int().positive(), height: z.int().positive() });
type Rectangle = z.infer<typeof Rectangle>;

/** What is remembered of the window. `bounds` are those of the window when it is not maximized. */
export const WindowState = z.object({ bounds: Rectangle, is_maximized: z.boolean() });
export type WindowState = z.infer<typeof WindowState>;

export const smallestWindow = { width: 900, height: 600 } as const;
const firstWindow = { width: 1440, height: 900 } as const;
/** So much of the window must lie on a display that it can be seen and dragged. */
const grabPx = 80;

/**
 * Where the window opens: where it was, if enough of that is still on a display (they come and go), else centred on the first display.
 * Sizes are cut to the display's work area.
 */
export function placeWindow(remembered: WindowState | null, workAreas: readonly Rectangle[]): WindowState {
  const home = remembered && workAreas.find((area) => overlap(area, remembered.bounds) >= grabPx);
  const area = home ?? workAreas[0] ?? { x: 0, y: 0, ...firstWindow };
  const wanted = remembered?.bounds ?? firstWindow;
  const width = Math.min(Math.max(wanted.width, smallestWindow.width), area.width);
  const height = Math.min(Math.max(wanted.height, smallestWindow.height), area.height);
  const at =
    home && remembered
      ? { x: remembered.bounds.x, y: Math.max(remembered.bounds.y, area.y) }
      : { x: area.x + Math.round((area.width - width) / 2), y: area.y + Math.round((area.height - height) / 2) };
  return { bounds: { ...at, width, height }, is_maximized: remembered?.is_maximized ?? false };
}

/** The lesser of the overlapping width and height in pixels; 0 or less when they are apart. */
function overlap(a: Rectangle, b: Rectangle): number {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.min(across, down);
}
