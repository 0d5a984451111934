import { setFlagsFromString } from 'node:v8';

/**
 * V8 doubles a thread's nursery whenever much of it survives, up to 64 MB and more: what passes through a library of 100,000 models
 * survives a while and is then dropped, so that the room is held for nothing. One that does not grow is collected more often, with less
 * to do each time.
 *
 * For a plain Node: whether Electron's V8 takes a flag after its start was not tried.
 */
export function keepNurserySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
