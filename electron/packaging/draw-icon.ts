import { join } from 'node:path';
import sharp from 'sharp';

// `npm run icon`: the drawing as the bitmap that the packages of all platforms are made from.

const folder = join(import.meta.dirname, '..', '..', 'resources', 'icons');
const sizePx = 1024;

await sharp(join(folder, 'vitrine.svg'))
  .resize(sizePx, sizePx)
  .png({ compressionLevel: 9, palette: true, effort: 10 })
  .toFile(join(folder, 'vitrine.png'));
