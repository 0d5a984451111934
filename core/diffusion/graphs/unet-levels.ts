import type { UnetBlock, UnetConfig } from './unet-config.ts';
import type { WinogradTile } from './winograd.ts';

/** The widest maps whose kernels may grow fourfold: wider ones hold most of a network's weights. */
const widestGrown = 640;

/**
 * Tiles of a level's 3x3 convolutions, by the size it has in a picture of the usual size. Further down maps are too small to fill a
 * product of matrices, and weights big.
 */
function tileAt(config: UnetConfig, level: number, { channels }: UnetBlock): WinogradTile | undefined {
  const size = usualSizeAt(config, level);
  if (size < 16) return undefined;
  return size >= 32 && channels <= widestGrown ? 4 : 2;
}

/** Cells that a level is high and wide in a picture of the usual size. */
const usualSizeAt = ({ sample_size }: UnetConfig, level: number): number =>
  (typeof sample_size === 'number' ? sample_size : Math.max(...sample_size)) / 2 ** level;

export const atLevel = (config: UnetConfig, level: number, block: UnetBlock): BlockAtLevel => ({
  ...block,
  tile: tileAt(config, level, block),
  // Of two rows, as guidance has them.
  usualTokens: 2 * usualSizeAt(config, level) ** 2,
});

export interface BlockAtLevel extends UnetBlock {
  readonly usualTokens: number;
  readonly tile: WinogradTile | undefined;
}
