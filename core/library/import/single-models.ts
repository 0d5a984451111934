import { Failed } from '../../contract/failure.ts';
import type { ImportItem } from '../../contract/library/task.ts';
import { hasModelIndex } from '../../formats/diffusers/diffusers-folder.ts';
import { pickSource } from '../acts/read-source.ts';
import { classifyPath } from '../classification/classify-path.ts';
import { lookupsOf } from '../classification/library-lookups.ts';
import type { LibraryContext } from '../context.ts';

/**
 * An item for each model that a path holds: of a folder of many, a Hugging Face cache or another app's models folder each one, of anything else the
 * item itself. What is wrong with a path is left for its own turn to tell.
 */
export async function singleModels(context: LibraryContext, item: ImportItem): Promise<ImportItem[]> {
  try {
    const { given, isFolder } = await pickSource(context, item.path);
    if (!isFolder || (await hasModelIndex(given))) return [item];
    const { candidates } = await classifyPath(given, lookupsOf(context));
    if (candidates.length === 0) return [item];
    const [only] = candidates;
    if (candidates.length === 1 && only !== undefined) return [{ ...item, path: only.path }];
    // A name is for one model.
    return candidates.map(({ path }) => ({ path, mode: item.mode }));
  } catch (error) {
    if (error instanceof Failed) return [item];
    throw error;
  }
}
