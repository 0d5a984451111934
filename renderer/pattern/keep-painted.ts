import type { ModelType } from '../../core/contract/metadata.ts';
import { paintPattern } from './paint-pattern.ts';
import { pattern } from './pattern.ts';

/** Patterns are drawn on a ground of so many units a side. */
const units = 120;

export interface Face {
  readonly fingerprint: string;
  readonly type: ModelType;
  readonly family: string;
}

const faces = new WeakMap<Element, Face>();
const isExact = 'devicePixelContentBoxSize' in ResizeObserverEntry.prototype;
/** One for all of them; it tells the size without asking for a layout. */
const sizes = new ResizeObserver((entries) => {
  for (const { target, devicePixelContentBoxSize, contentRect } of entries) {
    if (!(target instanceof HTMLCanvasElement)) continue;
    const side = devicePixelContentBoxSize?.[0]?.inlineSize ?? Math.round(contentRect.width * devicePixelRatio);
    if (side === 0 || side === target.width) continue;
    target.width = side;
    target.height = side;
    paint(target);
  }
});

/** Paints a model's face on a canvas as sharp as the screen, and again when its size changes. Returns what ends that. */
export function keepPainted(canvas: HTMLCanvasElement, face: Face): () => void {
  faces.set(canvas, face);
  // One that is taken over by another model has its size already.
  if (canvas.width === canvas.height) paint(canvas);
  sizes.observe(canvas, { box: isExact ? 'device-pixel-content-box' : 'content-box' });
  return () => sizes.unobserve(canvas);
}

function paint(canvas: HTMLCanvasElement): void {
  const face = faces.get(canvas);
  // A few shapes, painted once: not worth a context on the graphics card for each of dozens.
  const brush = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (!face || !brush) return;
  const scale = canvas.width / units;
  brush.setTransform(scale, 0, 0, scale, 0, 0);
  paintPattern(pattern(face.fingerprint, face.type, face.family), brush, (data) => new Path2D(data));
}
