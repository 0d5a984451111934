import type { Screen } from '../../store/state.ts';

const screenKeys: Readonly<Record<string, Screen>> = {
  m: 'models',
  g: 'generate',
  q: 'queue',
  h: 'health',
  a: 'mappings',
  s: 'settings',
};
/** After `g`, the letter of a screen within this time. */
const chordMs = 1200;

/** `g` and a letter. By the times at which the keys were pressed: a busy window hears of them later, and of both at once. */
export class ScreenChord {
  #untilMs = 0;

  /** The screen that this key completes the way to; null for any other. */
  press(key: string, atMs: number): Screen | null {
    const screen = atMs < this.#untilMs ? screenKeys[key] : undefined;
    this.#untilMs = key === 'g' && screen === undefined ? atMs + chordMs : 0;
    return screen ?? null;
  }
}
