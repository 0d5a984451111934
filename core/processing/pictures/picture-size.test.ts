import { expect, it } from 'vitest';
import { sizeFrom } from './picture-size.ts';

it.each([
  [
    { width: 100, height: 67 },
    { width: 96, height: 64 },
  ],
  [
    { width: 1024, height: 1024 },
    { width: 1024, height: 1024 },
  ],
  [
    { width: 4000, height: 3000 },
    { width: 1176, height: 880 },
  ],
  [
    { width: 3, height: 9 },
    { width: 8, height: 8 },
  ],
  [
    { width: 16_000, height: 8 },
    { width: 4096, height: 8 },
  ],
])('a picture made from one of %j is %j', (own, expected) => {
  expect(sizeFrom(own, { width: 512, height: 512 })).toEqual(expected);
});
