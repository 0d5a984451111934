/** More things than this get a number, no places. */
export const maxPlaces = 12;

const floor = { far: 75.6, near: 81.4, centre: 50, spread: 1.153 } as const;

/** The outlines of places on the case's floor, as paths in a box of 100 by 100: trapezoids that lean to the vanishing point. */
export function placesOnFloor(count: number): readonly string[] {
  if (count < 1 || count > maxPlaces) return [];
  const pitch = Math.min(5.464, 56 / count);
  const width = pitch * 0.774;
  const first = floor.centre - ((count - 1) * pitch + width) / 2;
  const near = (x: number) => (floor.centre + (x - floor.centre) * floor.spread).toFixed(2);
  return Array.from({ length: count }, (_, index) => {
    const start = first + index * pitch;
    const end = start + width;
    return `M${start.toFixed(2)} ${floor.far}L${end.toFixed(2)} ${floor.far}L${near(end)} ${floor.near}L${near(start)} ${floor.near}z`;
  });
}
