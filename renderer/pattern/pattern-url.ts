import type { ModelType } from '../../core/contract/metadata.ts';
import { pattern } from './pattern.ts';

const drawn = new Map<string, string>();
/** A wall shows some dozen at once; 2,000 of them are about 4 MB. */
const maxDrawn = 2000;

/** The pattern as the address of a picture, drawn once a fingerprint. */
export function patternUrl(fingerprint: string, type: ModelType, family: string): string {
  const key = `${type}/${family}/${fingerprint}`;
  const known = drawn.get(key);
  if (known !== undefined) return known;
  const svg = pattern(fingerprint, type, family).replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ');
  const url = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  if (drawn.size >= maxDrawn) drawn.clear();
  drawn.set(key, url);
  return url;
}
