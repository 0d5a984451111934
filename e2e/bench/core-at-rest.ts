import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { resolveFolders } from '../../core/folders.ts';
import { openInstance } from '../../core/instance.ts';
import { root } from '../place.ts';

// The core of the window bench, in a process of its own: prints its address as `serve` does. It has nothing left to do for the library, as on
// any day but the first: the fixture's models were never hashed nor checked, which would keep it busy for an hour.

const { values } = parseArgs({ options: { library: { type: 'string' }, data: { type: 'string' } } });
const folders = resolveFolders({ library: values.library, data: values.data });
const instance = await openInstance({
  folders,
  apiKey: null,
  rendererFolder: join(root, 'dist', 'renderer'),
  watches: false,
  reconcilesAtStart: false,
});
console.log(JSON.stringify({ url: instance.url }));
process.once('SIGTERM', () => void instance.close().then(() => process.exit(0)));
