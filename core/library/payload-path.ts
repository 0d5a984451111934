import { basename, join } from 'node:path';
import type { Metadata } from '../contract/library/metadata.ts';

/** Where a model's files are, a file or a folder: a payload that the library owns moves with the library. `folder` is the model's own. */
export function payloadPath(
  folder: string,
  { storage_kind, bundle_format, entry_path }: Pick<Metadata, 'storage_kind' | 'bundle_format' | 'entry_path'>,
): string {
  if (storage_kind === 'external_reference') return entry_path;
  return bundle_format === 'single_file' ? join(folder, basename(entry_path)) : folder;
}
