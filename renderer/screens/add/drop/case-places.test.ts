import { expect, test } from 'vitest';
import { maxPlaces, placesOnFloor } from './case-places.ts';

test('each thing has a place on the floor, up to a dozen', () => {
  expect(placesOnFloor(0)).toEqual([]);
  expect(placesOnFloor(5)).toHaveLength(5);
  expect(placesOnFloor(maxPlaces)).toHaveLength(maxPlaces);
  expect(placesOnFloor(maxPlaces + 1)).toEqual([]);
});

test('places stand around the middle and on the floor', () => {
  for (let count = 1; count <= maxPlaces; count++) {
    const xs = placesOnFloor(count).flatMap((path) => [...path.matchAll(/([\d.]+) [\d.]+/g)].map(([, x]) => Number(x)));
    expect(Math.min(...xs) + Math.max(...xs)).toBeCloseTo(100, 0);
    expect(Math.min(...xs)).toBeGreaterThan(13);
  }
});
