import { expect, test } from 'vitest';
import { placeWindow } from './window-bounds.ts';

const screen = { x: 0, y: 24, width: 1920, height: 1056 };
const second = { x: 1920, y: 0, width: 1280, height: 1024 };

test.each([
  ['the first window is centred', null, [screen], { x: 240, y: 102, width: 1440, height: 900 }],
  [
    'a window on the second display stays there',
    { x: 2000, y: 50, width: 1000, height: 700 },
    [screen, second],
    { x: 2000, y: 50, width: 1000, height: 700 },
  ],
  [
    'a window whose display is gone comes back to the first, at its size',
    { x: 2000, y: 50, width: 1000, height: 700 },
    [screen],
    { x: 460, y: 202, width: 1000, height: 700 },
  ],
  [
    'a title bar above the work area is pulled down to where it can be held',
    { x: 10, y: -30, width: 1000, height: 700 },
    [screen],
    { x: 10, y: 24, width: 1000, height: 700 },
  ],
  [
    'a window larger than the display is cut to it',
    { x: 0, y: 24, width: 5000, height: 5000 },
    [screen],
    { x: 0, y: 24, width: 1920, height: 1056 },
  ],
  ['without a display there is still a window', null, [], { x: 0, y: 0, width: 1440, height: 900 }],
] as const)('%s', (_, remembered, areas, placed) => {
  const state = remembered && { bounds: remembered, is_maximized: true };
  expect(placeWindow(state, areas)).toEqual({ bounds: placed, is_maximized: state !== null });
});
