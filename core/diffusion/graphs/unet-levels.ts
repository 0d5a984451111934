import type { UnetBlock, UnetConfig } from './unet-config.ts';
import type { WinogradForm } from './winograd/winograd-conv.ts';

/** The widest maps whose kernels may grow fourfold: wider ones hold most of a network's weights. */
const widestGrown = 640;

/**
 * How a level's 3x3 convolutions are written, by the size it has in a picture of the usual size. Further down maps are too small to fill a
 * product of matrices, and weights big.
 */
function winogradAt(
  config: UnetConfig,
  level: number,
  { channels }: UnetBlock,
  evenTo: number,
): WinogradForm | undefined {
  const size = usualSizeAt(config, level);
  if (size < 16) return undefined;
  return { tile: size >= 32 && channels <= widestGrown ? 4 : 2, evenTo };
}

/** Cells that a level is high and wide in a picture of the usual size. */
const usualSizeAt = ({ sample_size }: UnetConfig, level: number): number =>
  (typeof sample_size === 'number' ? sample_size : Math.max(...sample_size)) / 2 ** level;

/** `halvesEvenly`: whether every level's size is twice the next one's. */
export const atLevel = (config: UnetConfig, level: number, block: UnetBlock, halvesEvenly: boolean): BlockAtLevel => ({
  ...block,
  winograd: winogradAt(config, level, block, halvesEvenly ? 2 ** (config.block_out_channels.length - 1 - level) : 1),
  // Of two rows, as guidance has them.
  usualTokens: 2 * usualSizeAt(config, level) ** 2,
});

export interface BlockAtLevel extends UnetBlock {
  readonly usualTokens: number;
  readonly winograd: WinogradForm | undefined;
}
