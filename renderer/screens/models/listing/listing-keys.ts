/** Where a key takes the active place in a grid of `count` places, `columns` wide; null when the key doesn't move it. */
export function movedIndex(
  key: string,
  index: number,
  count: number,
  columns: number,
  rowsAPage: number,
  isRtl = false,
): number | null {
  const last = count - 1;
  if (count === 0) return null;
  const clamp = (next: number) => Math.min(last, Math.max(0, next));
  const forward = isRtl ? 'ArrowLeft' : 'ArrowRight';
  const back = isRtl ? 'ArrowRight' : 'ArrowLeft';
  switch (key) {
    case forward:
      return columns > 1 ? clamp(index + 1) : null;
    case back:
      return columns > 1 ? clamp(index - 1) : null;
    case 'ArrowDown':
      return index < 0 ? 0 : index + columns > last ? index : index + columns;
    case 'ArrowUp':
      return index < columns ? Math.max(0, index) : index - columns;
    case 'PageDown':
      return clamp(index + columns * rowsAPage);
    case 'PageUp':
      return clamp(index - columns * rowsAPage);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

/** The model whose tile or row was pressed. */
export function pressedId(target: EventTarget): string | null {
  if (!(target instanceof Element)) return null;
  return target.closest<HTMLElement>('[data-model-id]')?.dataset.modelId ?? null;
}
