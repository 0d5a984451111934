import { expect, test } from 'vitest';
import { closer, farther, moved, viewAfterKey, wholePicture, zoomedAt } from './zoom.ts';

test('what lies under the pointer stays there', () => {
  const at = { x: 0.25, y: -0.125 };
  const view = zoomedAt(zoomedAt(wholePicture, 2, at), 1.5, at);
  // A point of the picture stands at (point * scale + shift): the one under the pointer before and after.
  expect({ scale: view.scale, x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale }).toEqual({
    scale: 3,
    ...at,
  });
});

test('the picture never leaves its window', () => {
  const close = zoomedAt(wholePicture, 2);
  expect(moved(close, 90, -90)).toEqual({ scale: 2, x: 0.5, y: -0.5 });
  const corner = moved(zoomedAt(wholePicture, 3), 1, 1);
  expect(farther(corner)).toEqual({ scale: 2, x: 0.5, y: 0.5 });
  expect(zoomedAt(corner, 0.01)).toEqual(wholePicture);
});

test('zooming ends', () => {
  expect([zoomedAt(wholePicture, 1e6).scale, farther(wholePicture).scale, closer(wholePicture).scale]).toEqual([
    32, 1, 1.5,
  ]);
});

test.each([
  ['+', { scale: 3, x: 0, y: 0 }],
  ['-', { scale: 4 / 3, x: 0, y: 0 }],
  ['0', wholePicture],
  ['1', { scale: 2.5, x: 0, y: 0 }],
  ['ArrowLeft', { scale: 2, x: 0.1, y: 0 }],
  ['ArrowDown', { scale: 2, x: 0, y: -0.1 }],
  ['x', null],
])('%s gives %j', (key, view) => {
  expect(viewAfterKey(key, { scale: 2, x: 0, y: 0 }, 2.5)).toEqual(view);
});

test('an arrow does nothing to a picture that is seen whole', () => {
  expect(viewAfterKey('ArrowLeft', wholePicture, 2)).toBeNull();
});
