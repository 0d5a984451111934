import type { ModelType } from '../../core/contract/library/metadata.ts';
import { paintPattern } from './paint-pattern.ts';
import { pattern, type Shape } from './pattern.ts';

/** Patterns are drawn on a ground of so many units a side. */
const units = 120;

export interface Face {
  readonly fingerprint: string;
  readonly type: ModelType;
  readonly family: string;
}

/** Faces side by side, from the left, each as high as the canvas; null leaves its place free. */
export interface Strip {
  readonly faces: readonly (Face | null)[];
  /** How round their corners are, in px of the page. */
  readonly radiusPx: number;
}

const strips = new WeakMap<HTMLCanvasElement, Strip>();
const sized = new WeakSet<HTMLCanvasElement>();
const isExact = 'devicePixelContentBoxSize' in ResizeObserverEntry.prototype;
/** One for all of them; it tells the size without asking for a layout. */
const sizes = new ResizeObserver((entries) => {
  for (const { target, devicePixelContentBoxSize, contentRect } of entries) {
    if (!(target instanceof HTMLCanvasElement)) continue;
    const [exact] = devicePixelContentBoxSize ?? [];
    const width = exact?.inlineSize ?? Math.round(contentRect.width * devicePixelRatio);
    const height = exact?.blockSize ?? Math.round(contentRect.height * devicePixelRatio);
    if (width === 0 || height === 0 || (width === target.width && height === target.height)) continue;
    target.width = width;
    target.height = height;
    sized.add(target);
    paint(target);
  }
});

/** Paints what it was given with `paintStrip` as sharp as the screen, and again when its size changes. Returns what ends that. */
export function keepSharp(canvas: HTMLCanvasElement): () => void {
  sizes.observe(canvas, { box: isExact ? 'device-pixel-content-box' : 'content-box' });
  return () => sizes.unobserve(canvas);
}

/** Paints models' faces on a canvas in place of those before; once its size is known, where it is not. */
export function paintStrip(canvas: HTMLCanvasElement, strip: Strip): void {
  strips.set(canvas, strip);
  if (sized.has(canvas)) paint(canvas);
}

function paint(canvas: HTMLCanvasElement): void {
  const strip = strips.get(canvas);
  // A few shapes, painted once: not worth a context on the graphics card.
  const brush = canvas.getContext('2d', { willReadFrequently: true });
  if (!strip || !brush) return;
  const { faces, radiusPx } = strip;
  const side = canvas.height;
  const step = (canvas.width - side) / Math.max(1, faces.length - 1);
  const corners = new Path2D();
  brush.clearRect(0, 0, canvas.width, side);
  for (const [index, face] of faces.entries()) {
    if (face === null) continue;
    const left = Math.round(index * step);
    brush.save();
    brush.beginPath();
    brush.rect(left, 0, side, side);
    brush.clip();
    brush.setTransform(side / units, 0, 0, side / units, left, 0);
    paintPattern(pattern(face.fingerprint, face.type, face.family), brush, pathOf);
    brush.restore();
    corners.rect(left, 0, side, side);
    corners.roundRect(left, 0, side, side, radiusPx * devicePixelRatio);
  }
  if (radiusPx > 0) cut(brush, corners);
}

const placedPaths = new Map<string, Path2D>();

/** Those that are placed are few, and kept: reading its data is most of what a small shape takes. */
function pathOf({ path: data, place }: Shape): Path2D {
  if (place === undefined) return new Path2D(data);
  const path = placedPaths.get(data) ?? new Path2D(data);
  placedPaths.set(data, path);
  return path;
}

/** Takes a shape out of what was painted. */
function cut(brush: CanvasRenderingContext2D, shape: Path2D): void {
  brush.save();
  brush.globalCompositeOperation = 'destination-out';
  brush.fillStyle = '#000';
  brush.fill(shape, 'evenodd');
  brush.restore();
}
